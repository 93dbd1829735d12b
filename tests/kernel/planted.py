"""Models whose every word and every opinion a test plants."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments.alignment.ports import Check, Lesson, Progress, Round
from experiments.alignment.scripted import ScriptedWorkshop
from experiments.alignment.types import (
    Ask,
    Candidate,
    Capability,
    Checkpoint,
    Completion,
    Group,
    Signal,
    Trained,
)
from tests.kernel.runs import sums


@dataclass
class Planted:
    """`says` answers an ask; `weighs` gives each option's probability. It remembers all that it was asked."""

    says: Callable[[Ask], str] = lambda ask: "4"
    weighs: Callable[[str, tuple[str, ...]], Sequence[float]] = lambda case, options: [
        1 / len(options) for _ in options
    ]
    name: str = "planted"
    asked: list[Ask] = field(default_factory=list)
    chosen: list[Ask] = field(default_factory=list)
    capabilities: frozenset[Capability] = frozenset({"generate", "next_token"})

    def generate(self, asks: Sequence[Ask], check: Check) -> list[Completion]:
        self.asked.extend(asks)
        texts = [self.says(ask) for ask in asks]
        return [Completion(text, max(1, len(text.split()))) for text in texts]

    def choose(
        self, asks: Sequence[Ask], options: Sequence[tuple[str, ...]], check: Check
    ) -> list[tuple[float, ...]]:
        self.chosen.extend(asks)
        weighed = [self.weighs(case_of(ask), some) for ask, some in zip(asks, options, strict=True)]
        return [tuple(math.log(max(p, 1e-9)) for p in ps) for ps in weighed]

    def score(self, prompt: Sequence[Ask], continuations: Sequence[str], check: Check) -> list[float]:
        return [0.0 for _ in continuations]

    def reward(self, asks: Sequence[Ask], answers: Sequence[str], check: Check) -> list[float]:
        return [0.0 for _ in answers]


def case_of(ask: Ask) -> str:
    """What the last user turn holds."""
    return next(m.content for m in reversed(ask.messages) if m.role == "user")


@dataclass(frozen=True)
class PlantedWorkshop:
    """Every role is played by the planted model; what is learned is counted, not learned."""

    planted: Planted
    directory: Path
    learned: list[tuple[Any, list[Any]]] = field(default_factory=list)

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Planted:
        return self.planted

    def statements(self, checkpoint: Checkpoint) -> tuple[str, ...]:
        return ()

    def learn(self, lesson: Lesson, check: Check, progress: Progress) -> Trained:
        self.learned.append((lesson.spec, list(lesson.samples)))
        return ScriptedWorkshop(self.directory).learn(lesson, check, progress)


def at(planted: Planted, statements: tuple[str, ...] = ()) -> Round:
    """A round in which the planted model plays every role."""
    return Round(7, 1, 0, lambda role: planted, lambda: None, "number", lambda role: statements)


def group(*texts: str, signals: tuple[Signal, ...] = (), roles: Sequence[str] = ()) -> Group:
    """One group with these answers to 100 + 0; their lengths are their words."""
    played = roles or ["policy"] * len(texts)
    made = (
        Candidate(i, text, len(text.split()), role)
        for i, (text, role) in enumerate(zip(texts, played, strict=True))
    )
    return Group(sums("train", 1)[0], tuple(made), signals)
