"""A pair whose order is known from how it was made: no judge is asked."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.types import Group, SampleKind, Selection

CONSTRUCTION = "construction"


@dataclass(frozen=True)
class ConstructedPair:
    """One preference a prompt: the first candidate made to be better against the first made to be worse.

    Which is which stands in the signals that the proposer gave: 1 better, 0 worse.
    """

    kind: str = CONSTRUCTION
    produces: ClassVar[SampleKind] = "preference"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order; the pair, if there is one, has number 0."""
        better, worse = self._made(group, 1.0), self._made(group, 0.0)
        refusal = _refusal(group, better, worse)
        return tuple(
            Selection((c.index,), "dropped", refusal or "not in the pair")
            if refusal or c.index not in (better, worse)
            else Selection((c.index,), "chosen", "made to be better", pair=0)
            if c.index == better
            else Selection((c.index,), "rejected", "made to be worse", pair=0)
            for c in group.candidates
        )

    def best(self, group: Group) -> int | None:
        """The first candidate that was made to be better."""
        return self._made(group, 1.0)

    def _made(self, group: Group, value: float) -> int | None:
        return next(
            (c.index for c in group.candidates if group.mean_value(self.kind, c.index) == value), None
        )


def _refusal(group: Group, better: int | None, worse: int | None) -> str:
    if better is None or worse is None:
        return "unscored"
    texts = [group.candidates[index].text.strip() for index in (better, worse)]
    if not all(texts):
        return "one of the two is empty"
    return "duplicate" if texts[0] == texts[1] else ""
