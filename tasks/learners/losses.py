"""Losses as pure functions. Log-probabilities are in nats; every function returns a scalar unless it says otherwise."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

PairLoss = Callable[[Tensor, float], Tensor]


def answer_loss(logprobs: Tensor, counted: Tensor, weights: Tensor) -> Tensor:
    """Weighted mean of −log p over the counted tokens of a batch.

    logprobs [rows, tokens]; counted [rows, tokens], 1 at the answer's tokens; weights [rows].
    """
    weight = weights[:, None] * counted
    return -(weight * logprobs).sum() / weight.sum()


def sigmoid_loss(margin: Tensor, beta: float) -> Tensor:
    """−log σ(βΔ) for margins Δ [pairs] (arXiv 2305.18290, equation 7); returns [pairs]."""
    return -logsigmoid(beta * margin)


def hinge_loss(margin: Tensor, beta: float) -> Tensor:
    """max(0, 1 − βΔ) for margins Δ [pairs] (SLiC, arXiv 2305.10425, on DPO's margin); returns [pairs]."""
    return torch.relu(1 - beta * margin)


def ipo_loss(margin: Tensor, beta: float) -> Tensor:
    """(Δ − 1/(2β))² for margins Δ [pairs] (arXiv 2310.12036, equation 17); returns [pairs].

    Departure: Δ is taken between means over each answer's tokens, as the paper's authors later advised.
    """
    return (margin - 1 / (2 * beta)) ** 2


PAIR_LOSSES: dict[str, PairLoss] = {"sigmoid": sigmoid_loss, "hinge": hinge_loss, "ipo": ipo_loss}
MEAN_OVER_TOKENS = frozenset({"ipo"})


def preference_loss(loss: PairLoss, margin: Tensor, p_chosen: Tensor, weights: Tensor, beta: float) -> Tensor:
    """Weighted mean over pairs of the loss expected when the label is right with probability p_chosen.

    margin, p_chosen, weights [pairs]. With p_chosen = 1 this is the paper's loss; with soft labels it is
    p·ℓ(Δ) + (1 − p)·ℓ(−Δ), conservative DPO.
    """
    expected = p_chosen * loss(margin, beta) + (1 - p_chosen) * loss(-margin, beta)
    return (weights * expected).sum() / weights.sum()
