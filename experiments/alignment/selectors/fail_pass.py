"""A program that passes its tests against one that fails them."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.seeds import seed_at
from experiments.alignment.selectors.scores import UNSCORED, first_best, scored
from experiments.alignment.types import Group, SampleKind, Selection

PASSES = 1.0


@dataclass(frozen=True)
class FailPass:
    """One preference a prompt: a candidate that passes everything is chosen, one that fails something is rejected.

    Both are drawn by the group's seed from those there are; a prompt without the one or the other teaches nothing.
    """

    kind: str = "tool"
    produces: ClassVar[SampleKind] = "preference"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order; the pair, if there is one, has number 0."""
        scores = scored(group, self.kind)
        passing = [index for index, value in scores.items() if value >= PASSES]
        failing = [index for index, value in scores.items() if value < PASSES]
        if not passing or not failing:
            reason = "none passes" if failing else "none fails"
            return tuple(
                Selection((c.index,), "dropped", reason if c.index in scores else UNSCORED)
                for c in group.candidates
            )
        chosen, rejected = (min(some, key=lambda i: seed_at(seed, i)) for some in (passing, failing))
        return tuple(_fate(c.index, chosen, rejected, scores) for c in group.candidates)

    def best(self, group: Group) -> int | None:
        """The first that passes the most; None when none was run."""
        return first_best(scored(group, self.kind))


def _fate(index: int, chosen: int, rejected: int, scores: dict[int, float]) -> Selection:
    if index == chosen:
        return Selection((index,), "chosen", "passes its tests", pair=0)
    if index == rejected:
        return Selection((index,), "rejected", f"passes {scores[index]:.0%} of its tests", pair=0)
    return Selection((index,), "dropped", "not drawn for the pair" if index in scores else UNSCORED)
