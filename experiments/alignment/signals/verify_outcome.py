"""The outcome verifier: is the final answer right, by the check that the data set names and the prompt's
reference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.errors import DataError
from experiments.alignment.ports import Round
from experiments.alignment.types import Candidate, Capability, Group, Prompt, Signal
from experiments.alignment.verifiers import verify


@dataclass(frozen=True)
class VerifyOutcome:
    """1 for a right answer, 0 for a wrong one, None where no answer could be found in the text."""

    kind: ClassVar[str] = "verify"
    needs_reference: ClassVar[bool] = True
    needs: ClassVar[frozenset[Capability]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return ()

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """One signal a candidate. Raises DataError for a prompt without a reference."""
        return [
            tuple(_read(at.verifier, group.prompt, candidate) for candidate in group.candidates)
            for group in groups
        ]


def _read(verifier: str, prompt: Prompt, candidate: Candidate) -> Signal:
    if prompt.reference is None:
        raise DataError(f"Prompt {prompt.id} has no answer to verify by; add one or choose another data set.")
    return outcome("verify", verifier, candidate.index, *_verdict(verifier, prompt, candidate))


def _verdict(verifier: str, prompt: Prompt, candidate: Candidate) -> tuple[float | None, str, str]:
    assert prompt.reference is not None
    verdict = verify(verifier, candidate.text, prompt.reference)
    return verdict.value, verdict.label, verdict.reason


def outcome(kind: str, source: str, index: int, value: float | None, label: str, reason: str) -> Signal:
    """A verifier's verdict as a signal about one candidate; without a value it is unscored, for that
    reason.
    """
    error = "" if value is not None else reason
    return Signal(kind, source, (index,), value, label=label, text=reason, parsed=not error, error=error)
