"""Losses as pure functions. Log-probabilities are in nats; every function returns a scalar unless it says otherwise."""

from collections.abc import Callable
from dataclasses import dataclass

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


def kto_losses(gains: Tensor, good: Tensor, point: Tensor, beta: float) -> Tensor:
    """1 − σ(±β(r − z)), + for good answers and − for bad ones (KTO, arXiv 2402.01306, equation 7); returns [rows].

    gains r [rows]: log π − log π_ref of each answer; good [rows] of booleans; point z: the KL estimate, a scalar.
    """
    sign = torch.where(good, 1.0, -1.0)
    return 1 - torch.sigmoid(sign * beta * (gains - point))


def clipped_gain(log_ratio: Tensor, advantages: Tensor, clip: float) -> Tensor:
    """min(ρA, min(max(ρ, 1 − ε), 1 + ε)·A) (PPO, arXiv 1707.06347, equation 7); returns [rows, tokens].

    log_ratio [rows, tokens]: log ρ = log π − log π_old; advantages A [rows], one for all tokens of a row.
    """
    ratio, gain = log_ratio.exp(), advantages[:, None]
    return torch.minimum(ratio * gain, ratio.clamp(1 - clip, 1 + clip) * gain)


def is_clipped(log_ratio: Tensor, advantages: Tensor, clip: float) -> Tensor:
    """Where clipping takes the gradient away, [rows, tokens] of booleans; arguments as in clipped_gain."""
    ratio, gain = log_ratio.exp(), advantages[:, None]
    return ((ratio > 1 + clip) & (gain > 0)) | ((ratio < 1 - clip) & (gain < 0))


def kl_estimate(log_ratio: Tensor) -> Tensor:
    """r − log r − 1 with r = π_ref/π, the k3 estimate of KL(π‖π_ref) (GRPO, arXiv 2402.03300, equation 4).

    log_ratio: log π − log π_ref, any shape; returns the same shape, nowhere below 0. It is not multiplied by the ratio
    to the old policy, which arXiv 2512.02556 and TRL do to correct its gradient.
    """
    return torch.exp(-log_ratio) + log_ratio - 1


def sequence_mean(values: Tensor, counted: Tensor, weights: Tensor) -> Tensor:
    """Mean over the counted tokens of each row, then the weighted mean over rows.

    values, counted [rows, tokens]; weights [rows]. This is GRPO's aggregation (arXiv 2402.03300, equation 3): every
    answer counts alike, whatever its length. DAPO (arXiv 2503.14476) lets every token count alike instead.
    """
    means = (values * counted).sum(dim=1) / counted.sum(dim=1)
    return (weights * means).sum() / weights.sum()


def choice_entropy(logprobs: Tensor) -> Tensor:
    """−Σ p·log p in nats of each row, [rows], for normalised logprobs [rows, options]; −inf marks no option."""
    own = logprobs.masked_fill(logprobs.isinf(), 0.0)
    return -(logprobs.exp() * own).sum(dim=1)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is known of a batch of rollouts before training.

    old, reference, counted [rows, tokens]: log-probabilities under the checkpoint that training starts from and under
    the reference, 1 where a token counts; advantages, weights [rows].
    """

    old: Tensor
    reference: Tensor
    counted: Tensor
    advantages: Tensor
    weights: Tensor


def policy_gradient_loss(logprobs: Tensor, recorded: Recorded, clip: float, kl_beta: float) -> Tensor:
    """Minus GRPO's objective (arXiv 2402.03300, equation 3) with the advantages given; logprobs [rows, tokens]."""
    values = -clipped_gain(logprobs - recorded.old, recorded.advantages, clip)
    if kl_beta:
        values = values + kl_beta * kl_estimate(logprobs - recorded.reference)
    return sequence_mean(values, recorded.counted, recorded.weights)
