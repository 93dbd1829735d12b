"""What the tests of recipes with verifiers share: sums solved in steps with planted errors, and roles that are played
by models of their own once something has been trained for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments.alignment.diagnostics.equations import equations_hold
from experiments.alignment.memory import Memory, remember
from experiments.alignment.ports import Check
from experiments.alignment.scripted import Script
from experiments.alignment.solution_steps import solution_steps
from experiments.alignment.sums import terms_of
from experiments.alignment.types import Ask, Capability, Checkpoint, Message, Prompt, Reference, Split
from tests.kernel.planted import Planted, PlantedWorkshop, case_of
from tests.kernel.runs import go

SETTINGS: dict[str, Any] = {
    "iterations": 1, "prompts": 20, "probe_prompts": 40, "gold_prompts": 10, "operator_prompts": 40,
}  # fmt: skip
LIKELY, UNLIKELY = 0.9, 0.1


def long_sums(split: Split, count: int, terms: int = 4) -> list[Prompt]:
    """Different additions of so many terms."""
    first = {"train": 3, "probe": 5, "gold": 7}[split]
    made = [[first + 10 * i + j for j in range(terms)] for i in range(count)]
    return [
        Prompt(
            f"{split}-{i}",
            (Message("user", f"What is {' + '.join(map(str, numbers))}?"),),
            split,
            Reference(answer=sum(numbers)),
        )
        for i, numbers in enumerate(made)
    ]


def in_steps(question: str, begun: str = "", wrong: int | None = None) -> str:
    """What follows the steps that are `begun`, one equation a line; step `wrong` comes to one more than it should."""
    first, *rest = terms_of(question)
    done = [line for line in begun.split("\n") if line]
    total = int(done[-1].rpartition("=")[2]) if done else first
    lines = []
    for number, term in enumerate(rest[len(done) :], start=len(done) + 1):
        result = total + term + (number == wrong)
        lines.append(f"{total} + {term} = {result}")
        total = result
    return "\n".join(lines)


def first_wrong(steps: Sequence[str]) -> int | None:
    """The number of the first step whose equation is false."""
    return next((at for at, step in enumerate(steps, start=1) if equations_hold(step) is False), None)


def solve(ask: Ask) -> str:
    """A solution with an error in one of its steps or in none, by the seed; what is begun is completed faithfully."""
    begun = ask.messages[-1].content if ask.messages[-1].role == "assistant" else ""
    wrong = None if begun or not ask.temperature else ask.seed % 5
    return in_steps(case_of(ask), begun, wrong)


@dataclass
class StepJudge(Planted):
    """It reads the equations: likely right as long as they hold."""

    capabilities: frozenset[Capability] = frozenset({"reward", "steps"})

    def step_rewards(
        self, asks: Sequence[Ask], answers: Sequence[str], check: Check
    ) -> list[tuple[float, ...]]:
        return [self._judged(solution_steps(answer)) for answer in answers]

    def reward(self, asks: Sequence[Ask], answers: Sequence[str], check: Check) -> list[float]:
        return [min(found) for found in self.step_rewards(asks, answers, check)]

    def _judged(self, steps: Sequence[str]) -> tuple[float, ...]:
        bad = first_wrong(steps)
        return tuple(LIKELY if bad is None or at < bad else UNLIKELY for at in range(1, len(steps) + 1))


@dataclass
class Fooled(Planted):
    """A verifier of outcomes that learned nothing but to like high last digits."""

    capabilities: frozenset[Capability] = frozenset({"reward"})

    def reward(self, asks: Sequence[Ask], answers: Sequence[str], check: Check) -> list[float]:
        return [int(answer[-1]) / 10 for answer in answers]


@dataclass(frozen=True)
class Cast(PlantedWorkshop):
    """Once something was trained for a role, its own model plays it."""

    plays: dict[str, Planted] = field(default_factory=dict)

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Planted:
        trained = any(spec.role == role for spec, _ in self.learned)
        return self.plays[role] if trained and role in self.plays else self.planted


def run(tmp_path: Path, slug: str, workshop: PlantedWorkshop, **settings: Any) -> Memory:
    """A run of a recipe over additions of four terms."""
    prompts = [*long_sums("train", 20), *long_sums("probe", 40), *long_sums("gold", 10)]
    memory = remember(prompts, 0, Checkpoint("base", Script().save(tmp_path / "base")))
    return go(memory, tmp_path, slug, {**SETTINGS, **settings}, workshop=workshop)
