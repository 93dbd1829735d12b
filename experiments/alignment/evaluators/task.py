"""The task's own check, applied to held-out references."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Check, CodeRunner
from experiments.alignment.signals.verify_outcome import outcomes
from experiments.alignment.types import Group, Reference, Signal
from experiments.alignment.verifiers import verify_all

GOLD = "gold"


@dataclass(frozen=True)
class TaskEvaluator:
    """Signals of kind `gold`: 1 right, 0 wrong, None where no answer was found."""

    verifier: str
    runner: CodeRunner | None = None
    name: ClassVar[str] = "task"

    def score(
        self, groups: Sequence[Group], references: Mapping[str, Reference], check: Check
    ) -> list[tuple[Signal, ...]]:
        """One signal a candidate, in order; `references` are by the prompt's id."""
        cases = [(c.text, references[group.prompt.id]) for group in groups for c in group.candidates]
        verdicts = iter(verify_all(self.verifier, cases, self.runner, check))
        return outcomes(GOLD, self.verifier, groups, verdicts)
