"""One training to be done, as the learners are told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import torch

from experiments.alignment.learners import Spec
from experiments.alignment.ports import Check, Progress
from experiments.alignment.types import Checkpoint, Sample
from tasks.policies.loading import LoadedModel

S = TypeVar("S", bound=Spec)


@dataclass(frozen=True, slots=True)
class Work(Generic[S]):
    """One training to be done: on which warm model, what, from where, and where the adapter goes."""

    loaded: LoadedModel
    spec: S
    samples: Sequence[Sample]
    init: Checkpoint
    reference: Checkpoint
    seed: int
    directory: Path
    check: Check
    progress: Progress

    @property
    def device(self) -> torch.device:
        return self.loaded.model.device
