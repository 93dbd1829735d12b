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
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import Demonstration, Message, Preference, Sample
from tasks.learners.work import Work
from tasks.policies.sampling import left_padded

T = TypeVar("T", Demonstration, Preference)
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
    chat, spec = work.loaded.chat, work.spec
    prompt_ids, answer_ids = chat.prompt_ids(prompt), chat.answer_ids(answer)
    length, limit = (
        len(prompt_ids) + len(answer_ids),
        min(spec.max_length, work.loaded.context or spec.max_length),
    )
    if length > limit:
        raise DataError(
            f"Training sample {number} has {length} tokens, more than the {limit} allowed. "
            "Raise the learner's max_length if the model permits, or leave the sample out."
        )
    if not answer_ids:
        raise DataError(
            f"Training sample {number} has an empty answer and the model has no end token to learn."
        )
    return prompt_ids, answer_ids


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
