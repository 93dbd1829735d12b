"""The pairs that a data set brings along: two answers, one of which people preferred."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.errors import DataError
from experiments.alignment.ports import Round
from experiments.alignment.types import Candidate, Capability, Group, Prompt

RECORDED = "recorded"


@dataclass(frozen=True)
class RecordedPairs:
    """Two candidates of the role `recorded`, the `chosen` answer of the row and its `rejected` one; no model is asked.

    Which of them people preferred is said by the signal `recorded` alone.
    """

    needs: ClassVar[frozenset[Capability]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return ()

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt, in the prompts' order. Raises DataError for a row without a pair."""
        return [Group(prompt, tuple(map(_candidate, (0, 1), pair_of(prompt)))) for prompt in prompts]


def pair_of(prompt: Prompt) -> tuple[str, str]:
    """The preferred and the other answer of a train prompt. Raises DataError where there is no pair."""
    known = prompt.reference
    if known is None or known.chosen is None or known.rejected is None:
        raise DataError(
            f"Prompt {prompt.id} has no pair to learn from; add chosen and rejected, or make pairs by the check.",
            field="chosen",
        )
    return known.chosen, known.rejected


def _candidate(index: int, text: str) -> Candidate:
    return Candidate(index, text, len(text.split()), role=RECORDED)
