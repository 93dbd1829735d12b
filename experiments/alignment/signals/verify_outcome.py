"""The outcome verifier: is the final answer right, by the check that the data set names and the prompt's
reference.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.errors import DataError
from experiments.alignment.ports import Round
from experiments.alignment.types import Capability, Group, Prompt, Reference, Signal
from experiments.alignment.verifiers import Verdict, verify_all


@dataclass(frozen=True)
class VerifyOutcome:
    """1 for a right answer, 0 for a wrong one; None only where the check itself could not decide."""

    kind: ClassVar[str] = "verify"
    needs_reference: ClassVar[bool] = True
    needs: ClassVar[frozenset[Capability]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return ()

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """One signal a candidate. Raises DataError for a prompt without a reference."""
        cases = [(c.text, _reference(group.prompt)) for group in groups for c in group.candidates]
        verdicts = iter(verify_all(at.verifier, cases, at.runner, at.check))
        return outcomes(self.kind, at.verifier, groups, verdicts)


def _reference(prompt: Prompt) -> Reference:
    if prompt.reference is None:
        raise DataError(f"Prompt {prompt.id} has no answer to verify by; add one or choose another data set.")
    return prompt.reference


def outcomes(
    kind: str, source: str, groups: Sequence[Group], verdicts: Iterator[Verdict]
) -> list[tuple[Signal, ...]]:
    """One signal a candidate from as many verdicts, in order."""
    return [
        tuple(outcome(kind, source, c.index, next(verdicts)) for c in group.candidates) for group in groups
    ]


def outcome(kind: str, source: str, index: int, verdict: Verdict) -> Signal:
    """A verifier's verdict as a signal about one candidate; without a value it is unscored, for that
    reason.
    """
    error = "" if verdict.value is not None else verdict.reason
    return Signal(
        kind,
        source,
        (index,),
        verdict.value,
        label=verdict.label,
        text=verdict.reason,
        evidence=verdict.evidence,
        parsed=not error,
        error=error,
    )
