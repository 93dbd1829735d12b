"""Keep a share of the prompts of a chunk by their places in it."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.selectors.scores import UNSCORED
from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class KeepShare:
    """The first candidate of a prompt is kept where its place, a score of the signal `kind`, is below `share`.

    By two sorts of places the same share keeps equally many prompts of every chunk.
    """

    kind: str
    place: str
    share: float
    produces: ClassVar[SampleKind] = "demonstration"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection, about the first candidate."""
        found = next((s for s in group.signals if s.kind == self.kind and self.place in s.scores), None)
        if found is None:
            return (Selection((0,), "dropped", UNSCORED),)
        if found.scores[self.place] < self.share:
            return (Selection((0,), "kept", f"among the first {self.share:.0%} by {self.place}"),)
        return (Selection((0,), "dropped", f"not among the first {self.share:.0%} by {self.place}"),)

    def best(self, group: Group) -> int | None:
        """A place among prompts prefers no answer."""
        return None
