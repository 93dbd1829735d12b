"""A phase that only looks: nothing of it is learned from."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.types import Group, SampleKind, Selection

OBSERVED = "only measured"


@dataclass(frozen=True)
class Observe:
    """Every candidate is dropped, with that reason: what is said about it is a measurement."""

    produces: ClassVar[SampleKind] = "preference"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset()

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order."""
        return tuple(Selection((candidate.index,), "dropped", OBSERVED) for candidate in group.candidates)

    def best(self, group: Group) -> int | None:
        """A measurement prefers no answer."""
        return None
