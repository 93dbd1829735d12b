"""The task's own check, applied to held-out references."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.signals.verify_outcome import outcome
from experiments.alignment.types import Group, Reference, Signal
from experiments.alignment.verifiers import verify

GOLD = "gold"


@dataclass(frozen=True)
class TaskEvaluator:
    """Signals of kind `gold`: 1 right, 0 wrong, None where no answer was found."""

    verifier: str
    name: ClassVar[str] = "task"

    def score(self, group: Group, reference: Reference) -> tuple[Signal, ...]:
        """One signal a candidate, in order."""
        return tuple(
            self._score(candidate.index, candidate.text, reference) for candidate in group.candidates
        )

    def _score(self, index: int, text: str, reference: Reference) -> Signal:
        verdict = verify(self.verifier, text, reference)
        return outcome(GOLD, self.verifier, index, verdict.value, verdict.label, verdict.reason)
