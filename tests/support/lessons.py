"""Trainings on a tiny model, as the tests of learners and of what they make start them."""

import json
from collections.abc import Sequence
from typing import Any

from experiments.alignment.learners import Lesson, Spec
from experiments.alignment.sample_kinds import Preference, Rollout, Sample, Steps, Unpaired
from experiments.alignment.types import Checkpoint, Message, Trained
from tasks.workshop import LocalWorkshop

QUICK = {"learning_rate": 1e-2, "epochs": 2, "batch_size": 8}


def carry_on() -> None:
    """A check that lets everything go on."""


def ignore(step: int, total: int) -> None:
    """A progress that nobody reads."""


def user(text: str) -> tuple[Message, ...]:
    """A prompt of one message."""
    return (Message("user", text),)


def learn(workshop, spec: Spec, samples: Sequence[Sample], init: Checkpoint, **more) -> Trained:
    """Trains; `more` may hold reference, seed, check and progress."""
    lesson = Lesson(spec, samples, init, more.get("reference", init), more.get("seed", 1))
    return workshop.learn(lesson, more.get("check", carry_on), more.get("progress", ignore))


def local_workshop(directory, dtype: str = "float32") -> LocalWorkshop:
    """One that gives the same bits everywhere."""
    return LocalWorkshop(directory, "cpu", dtype, threads=1)


def pulls(count: int = 32) -> list[Rollout]:
    """A bandit with the arms left and right, both tried alike; right pays."""
    return [
        Rollout(user(f"try {n}"), arm, 1.0 if arm == "right" else -1.0, options=("left", "right"))
        for n in range(count // 2)
        for arm in ("left", "right")
    ]


def answered(count: int = 16) -> list[Rollout]:
    """Written answers of different lengths: yes is better than average, no is worse."""
    return [
        Rollout(user(f"question {n}"), answer, advantage)
        for n in range(count // 2)
        for answer, advantage in (("yes", 1.0), ("no, never", -1.0))
    ]


def comparisons(count: int = 32, start: int = 0, **settings: float) -> list[Preference]:
    """Pairs in which the answer that ends in an exclamation mark is the better one, whatever else it says."""
    words = ("apple", "river", "stone", "cloud", "tiger", "amber", "maple", "ocean")
    return [
        Preference(
            user(f"question {n}"),
            f"{words[n % 8]} {words[n * 5 % 7]}!",
            f"{words[n * 3 % 8]} {words[(n + 2) % 7]}.",
            **settings,
        )
        for n in range(start, start + count)
    ]


def verdicts(count: int = 32) -> list[Unpaired]:
    """Answers that are good where they end in an exclamation mark, each for itself."""
    return [
        Unpaired(pair.prompt, answer, good)
        for pair in comparisons(count // 2)
        for answer, good in ((pair.chosen, True), (pair.rejected, False))
    ]


def solutions(count: int = 32) -> list[Steps]:
    """Solutions of two steps: a first one that goes up leads to a right end, one that goes down does not."""
    return [
        Steps(user(f"question {n}"), (f"{way} {n % 7}.\n", "so it is."), (label, label))
        for n in range(count // 2)
        for way, label in (("up", 0.9), ("down", 0.1))
    ]


def note(checkpoint: Checkpoint) -> dict[str, Any]:
    """What stands beside the weights of a trained checkpoint."""
    return json.loads((checkpoint.adapters[-1] / "plumbline.json").read_text())
