"""The confidence loss of a classifier as pure functions (arXiv 2312.09390, appendix A).

L = Σ_i w_i·CE((1 − α)·y_i + α·ĥ_i, p_i) / Σ_i w_i, with soft labels y, the student's probabilities p and its own
hardened predictions ĥ, through which no gradient flows.
"""

from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import log_softmax, one_hot

from experiments.alignment.learners import ConfidenceCE

LEAST_BALANCED = 8
"""Rows of a batch from which on its class balance says something; fewer learn from their labels alone."""


def weight_of_batch(rows: int, spec: ConfidenceCE, fraction: float) -> float:
    """α for a batch of so many rows at a fraction of all steps."""
    return weight_at(fraction, spec.alpha, spec.ramp, spec.schedule) if rows >= LEAST_BALANCED else 0.0


def weight_at(fraction: float, alpha: float, ramp: float, schedule: Literal["published", "code"]) -> float:
    """α at a fraction (0 to 1) of all steps; `ramp` is the share of the steps in which it rises.

    "published" rises linearly from 0 to `alpha`. "code" is the authors' program: alpha·fraction up to the end of the
    ramp, then `alpha` at once.
    """
    if schedule == "code":
        return alpha if fraction > ramp else alpha * fraction
    return alpha if fraction >= ramp else alpha * fraction / ramp


def hardened(probabilities: Tensor, labels: Tensor) -> Tensor:
    """The student's predictions as one-hot rows, in the labels' class balance.

    probabilities, labels [rows, classes]; returns [rows, classes]. Of two classes, the first is predicted above the
    quantile of its probabilities at the labels' mean share of the second. Departure: the paper has two classes only;
    of more the likeliest one is taken, without balance.
    """
    classes = probabilities.shape[1]
    if classes != 2:
        return one_hot(probabilities.argmax(dim=1), classes).to(probabilities.dtype)
    first = probabilities[:, 0]
    threshold = torch.quantile(first, labels[:, 1].mean().clamp(0, 1))
    chosen = (first >= threshold).to(probabilities.dtype)
    return torch.stack([chosen, 1 - chosen], dim=1)


def confidence_loss(logits: Tensor, labels: Tensor, weights: Tensor, alpha: float) -> Tensor:
    """The weighted mean loss; logits, labels [rows, classes], weights [rows]. With alpha 0 it is cross-entropy."""
    logprobs = log_softmax(logits, dim=1)
    with torch.no_grad():
        target = (1 - alpha) * labels + alpha * hardened(logprobs.exp(), labels)
    return -(weights * (target * logprobs).sum(dim=1)).sum() / weights.sum()
