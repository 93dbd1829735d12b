"""Samples as token ids, and which of them are trained together: fixed by the samples and the seed alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from experiments.alignment.errors import DataError
from experiments.alignment.learners import Spec
from experiments.alignment.sample_kinds import (
    Demonstration,
    Label,
    Preference,
    Rollout,
    Sample,
    Steps,
    Unpaired,
)
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import Message
from tasks.learners.work import Work
from tasks.policies.sampling import left_padded

T = TypeVar("T", Demonstration, Preference, Rollout, Label, Unpaired, Steps)
Pair = tuple[list[int], list[int]]  # prompt ids, answer ids
WINDOW = 8  # batches whose samples are sorted by length together: less padding, nearly the same shuffle


@dataclass(frozen=True, slots=True)
class Sequences:
    """Left-padded prompts with their answers: ids, mask and answer mask, each [rows, positions]."""

    ids: Tensor
    mask: Tensor
    answer: Tensor


def tokenised(work: Work[Any], number: int, prompt: Sequence[Message], answer: str) -> Pair:
    """Prompt ids exactly as in sampling, and the answer's ids with its end token.

    Raises DataError when the two together are longer than the spec or the model allows.
    """
    chat = work.loaded.chat
    prompt_ids, answer_ids = chat.prompt_ids(prompt), chat.answer_ids(answer)
    check_length(work, number, len(prompt_ids) + len(answer_ids))
    if not answer_ids:
        raise DataError(
            f"Training sample {number} has an empty answer and the model has no end token to learn."
        )
    return prompt_ids, answer_ids


def check_length(work: Work[Any], number: int, length: int) -> None:
    """Raises DataError for a sample of more tokens than the spec or the model allows."""
    limit = min(work.spec.max_length, work.loaded.context or work.spec.max_length)
    if length > limit:
        raise DataError(
            f"Training sample {number} has {length} tokens, more than the {limit} allowed. "
            "Raise the learner's max_length if the model permits, or leave the sample out."
        )


def padded(pairs: Sequence[Pair], pad_id: int, device: torch.device) -> Sequences:
    """One batch of (prompt ids, answer ids)."""
    ids, mask = left_padded([[*prompt, *answer] for prompt, answer in pairs], pad_id, device)
    lengths = torch.tensor([len(answer) for _, answer in pairs], device=device)
    answer = torch.arange(ids.shape[1], device=device) >= ids.shape[1] - lengths[:, None]
    return Sequences(ids, mask, answer.long())


def check_samples(samples: Sequence[Sample], kind: type[T]) -> list[T]:
    """The samples; raises DataError for none, for another kind, and for weights that cannot be trained on."""
    if not samples:
        raise DataError("There is nothing to learn from: no sample was selected.")
    checked = []
    for number, sample in enumerate(samples, start=1):
        if not isinstance(sample, kind):
            raise DataError(f"Training sample {number} is a {type(sample).__name__}, not a {kind.__name__}.")
        if not isfinite(sample.weight) or sample.weight <= 0:
            raise DataError(
                f"Training sample {number} has the weight {sample.weight}; weights must be above 0."
            )
        checked.append(sample)
    return checked


@dataclass(frozen=True, slots=True)
class Pairs:
    """Preferences as token ids. A batch has the chosen answers' rows first, then the rejected ones' in that order."""

    work: Work[Any]
    samples: list[Preference]
    chosen: list[Pair]
    rejected: list[Pair]

    @classmethod
    def of(cls, work: Work[Any]) -> "Pairs":
        """Raises DataError for samples that cannot be trained on."""
        samples = check_samples(work.samples, Preference)
        chosen, rejected = [], []
        for number, sample in enumerate(samples, start=1):
            if not 0 <= sample.p_chosen <= 1:
                raise DataError(
                    f"Training sample {number} has p_chosen {sample.p_chosen}; it must be in 0 to 1."
                )
            chosen.append(tokenised(work, number, sample.prompt, sample.chosen))
            rejected.append(tokenised(work, number, sample.prompt, sample.rejected))
        return cls(work, samples, chosen, rejected)

    def lengths(self) -> list[int]:
        """The longer side of each pair, in tokens."""
        return [
            max(len(p + c), len(p + r)) for (p, c), (_, r) in zip(self.chosen, self.rejected, strict=True)
        ]

    def rows(self, indexes: Sequence[int]) -> Sequences:
        """The batch of these pairs, twice as many rows as pairs."""
        pairs = [self.chosen[i] for i in indexes] + [self.rejected[i] for i in indexes]
        return padded(pairs, self.work.loaded.chat.pad_id, self.work.device)

    def labels(self, indexes: Sequence[int]) -> dict[str, Tensor]:
        """p_chosen and weights of these pairs, each [pairs]."""
        picked, device = [self.samples[index] for index in indexes], self.work.device
        return {
            "p_chosen": torch.tensor([sample.p_chosen for sample in picked], device=device),
            "weights": torch.tensor([sample.weight for sample in picked], device=device),
        }


def planned(lengths: Sequence[int], spec: Spec, seed: int) -> list[list[int]]:
    """The batches of all epochs, each a list of sample indexes; every epoch sees every sample once."""
    return [
        batch
        for epoch in range(spec.epochs)
        for batch in _epoch(lengths, spec.batch_size, seed_at(seed, epoch))
    ]


def _epoch(lengths: Sequence[int], size: int, seed: int) -> list[list[int]]:
    draws = np.random.Generator(np.random.Philox(seed))
    order = draws.permutation(len(lengths)).tolist()
    batches: list[list[int]] = []
    for start in range(0, len(order), size * WINDOW):
        window = sorted(order[start : start + size * WINDOW], key=lambda index: lengths[index])
        batches += [window[i : i + size] for i in range(0, len(window), size)]
    return [batches[index] for index in draws.permutation(len(batches))]
