"""Labels as tensors, and the head that they are to train."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import torch
from torch import Tensor

from experiments.alignment.errors import DataError
from experiments.alignment.learners import ConfidenceCE
from experiments.alignment.sample_kinds import Label
from tasks.policies.head import Head

SMALLEST_SCALE = 1e-3


@dataclass(frozen=True, slots=True)
class Labels:
    """What all labels have in common and their targets [samples, options] and weights [samples], float32."""

    options: tuple[str, ...]
    targets: Tensor
    weights: Tensor

    @classmethod
    def of(cls, samples: Sequence[Label]) -> "Labels":
        """Raises DataError for labels over different options and for targets that are no probabilities."""
        options = samples[0].options
        for number, sample in enumerate(samples, start=1):
            if sample.options != options:
                raise DataError(
                    f"Training sample {number} is a label over other options than the first one's."
                )
            if len(sample.target) != len(options) or not _probabilities(sample.target):
                raise DataError(
                    f"Training sample {number} has the target {sample.target}, which is no distribution."
                )
        return cls(
            options,
            torch.tensor([sample.target for sample in samples]),
            torch.tensor([sample.weight for sample in samples]),
        )


def _probabilities(target: Sequence[float]) -> bool:
    return all(isfinite(p) and p >= 0 for p in target) and abs(sum(target) - 1) < 1e-3


def new_head(spec: ConfidenceCE, options: tuple[str, ...], x: Tensor) -> Head:
    """An undecided head: all weights 0. Hidden states are standardised by the training set's; counts are taken as
    they are.
    """
    width = x.shape[1]
    words = spec.train == "words"
    mean = torch.zeros(width) if words else x.mean(dim=0)
    scale = torch.ones(width) if words else x.std(dim=0, correction=0).clamp(min=SMALLEST_SCALE)
    return Head(
        options=options,
        reads="words" if words else "model",
        weight=torch.zeros(len(options), width),
        bias=torch.zeros(len(options)),
        mean=mean,
        scale=scale,
        depth=0.0 if words else spec.depth,
    )
