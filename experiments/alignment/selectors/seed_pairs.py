"""Learn from the seed pairs alone."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.proposers.back_translate import SEED
from experiments.alignment.types import Candidate, Group, SampleKind, Selection


@dataclass(frozen=True)
class SeedPairs:
    """Keeps what comes from a seed pair and drops every text whose instruction is hidden."""

    produces: ClassVar[SampleKind] = "demonstration"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset()

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order."""
        return tuple(_fate(candidate) for candidate in group.candidates)

    def best(self, group: Group) -> int | None:
        """A pair answers nothing better than another."""
        return None


def _fate(candidate: Candidate) -> Selection:
    if candidate.role == SEED:
        return Selection((candidate.index,), "kept", "a seed pair")
    return Selection((candidate.index,), "dropped", "its instruction is hidden")
