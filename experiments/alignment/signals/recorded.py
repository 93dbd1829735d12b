"""What the data set says about its own pairs: which of two answers people preferred."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.proposers.recorded_pairs import RECORDED, pair_of
from experiments.alignment.types import Candidate, Capability, Group, Signal


@dataclass(frozen=True)
class Recorded:
    """1 for the answer that people preferred, 0 for the other one of the row's pair."""

    kind: ClassVar[str] = RECORDED
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset()
    reads_votes: ClassVar[bool] = True

    @property
    def roles(self) -> tuple[str, ...]:
        return ()

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """One signal a candidate, in order. Raises DataError for a prompt without a pair."""
        return [tuple(_signal(c, pair_of(group.prompt)[0]) for c in group.candidates) for group in groups]


def _signal(candidate: Candidate, preferred: str) -> Signal:
    chosen = candidate.text == preferred
    label = "preferred" if chosen else "the other"
    return Signal(RECORDED, "data set", (candidate.index,), float(chosen), label=label)
