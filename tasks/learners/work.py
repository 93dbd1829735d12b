"""One training to be done, as the learners are told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import torch

from experiments.alignment.learners import Lesson, Spec
from experiments.alignment.ports import Check, Progress
from experiments.alignment.sample_kinds import Sample
from experiments.alignment.types import Checkpoint
from tasks.policies.loading import LoadedModel

S = TypeVar("S", bound=Spec)


@dataclass(frozen=True, slots=True)
class Work(Generic[S]):
    """One training to be done: on which warm model, the lesson, and where the adapter goes."""

    loaded: LoadedModel
    lesson: Lesson
    directory: Path
    check: Check
    progress: Progress

    @property
    def spec(self) -> S:
        return self.lesson.spec

    @property
    def samples(self) -> Sequence[Sample]:
        return self.lesson.samples

    @property
    def init(self) -> Checkpoint:
        return self.lesson.init

    @property
    def reference(self) -> Checkpoint:
        return self.lesson.reference

    @property
    def seed(self) -> int:
        return self.lesson.seed

    @property
    def device(self) -> torch.device:
        return self.loaded.model.device
