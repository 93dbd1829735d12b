"""What the tests of instruction making share: a pupil that can do what it was shown, a teacher that writes tasks."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.alignment.contexts import read_statements
from experiments.alignment.learners import SFT
from experiments.alignment.memory import Memory, remember
from experiments.alignment.prompts.instructing import REWRITER, WRITER
from experiments.alignment.scripted import Script
from experiments.alignment.types import Ask, Checkpoint, Message, Prompt, Reference, Split
from tests.kernel.planted import Planted, PlantedWorkshop, case_of
from tests.kernel.runs import go, sums

SETTINGS: dict[str, Any] = {"iterations": 1, "prompts": 24, "probe_prompts": 30, "gold_prompts": 40}
TAKE = re.compile(r"Subtract (\d+) from (\d+)")


def right(question: str) -> str:
    """The number that a question asks for."""
    take = TAKE.search(question)
    return str(int(take[2]) - int(take[1]) if take else sum(map(int, re.findall(r"\d+", question))))


def kind(question: str) -> str:
    """What somebody must be able to do who answers it."""
    return "subtract" if TAKE.search(question) else f"add {len(re.findall(r'[0-9]+', question))}"


@dataclass(frozen=True)
class Pupils(PlantedWorkshop):
    """The teacher can do everything and writes tasks; any other role does what its last training showed, and sums of
    two.
    """

    writes: Callable[[Ask], str] = lambda ask: ""
    evolves: Callable[[str], str] = lambda task: task

    def statements(self, checkpoint: Checkpoint) -> tuple[str, ...]:
        return read_statements(checkpoint)

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Planted:
        return Planted(self.teaches if role == "teacher" else lambda ask: self.tries(role, ask), name=role)

    def teaches(self, ask: Ask) -> str:
        told = ask.messages[0].content
        if told == WRITER:
            return self.writes(ask)
        if told == REWRITER:
            return self.evolves(case_of(ask).split("Task: ")[1].split("\n")[0])
        return right(case_of(ask))

    def tries(self, role: str, ask: Ask) -> str:
        question = case_of(ask)
        return right(question) if kind(question) in self.known(role) else "That was never shown."

    def known(self, role: str) -> set[str]:
        shown = [sent for spec, sent in self.learned if isinstance(spec, SFT) and spec.role == role]
        return {"add 2", *(kind(sample.prompt[-1].content) for sample in (shown or [[]])[-1])}

    def shown(self, role: str) -> list[str]:
        """The prompts of a role's last training."""
        return [
            sample.prompt[-1].content
            for spec, sent in self.learned
            if isinstance(spec, SFT) and spec.role == role
            for sample in sent
        ]


def held_out(split: Split, n: int, asks: Callable[[int], str]) -> list[Prompt]:
    """n different questions of one sort with their answers."""
    return [
        Prompt(f"{split}-{i}", (Message("user", asks(i)),), split, Reference(answer=int(right(asks(i)))))
        for i in range(n)
    ]


def schooled(
    tmp_path: Path, slug: str, asks: Callable[[int], str], workshop: Pupils, **settings: Any
) -> Memory:
    """A run whose train prompts are sums of two and whose held-out prompts are `asks`."""
    base = Checkpoint("base", Script().save(tmp_path / "base"))
    prompts = [
        *sums("train", 24),
        *held_out("probe", 30, asks),
        *held_out("gold", 40, lambda i: asks(i + 30)),
    ]
    bound = {"teacher": tmp_path}
    return go(remember(prompts, 0, base), tmp_path, slug, SETTINGS | settings, workshop=workshop, bound=bound)


def reasons(memory: Memory, iteration: int = 1, phase: int = 0) -> list[str]:
    """Why candidates of a phase were kept or dropped."""
    groups = memory.groups[iteration, phase, "train"].values()
    return [selection.reason for group in groups for selection in group.selections]
