"""The candidate that wins most comparisons against the one that wins fewest."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.selectors.ranked_pairs import KIND, TIE, wins
from experiments.alignment.selectors.scores import UNSCORED, dropped, first_best
from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class BestWorstPair:
    """One preference a prompt from pairwise verdicts in both orders; where all win alike nothing is taught."""

    kind: str = KIND
    produces: ClassVar[SampleKind] = "preference"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order; the pair, if there is one, has number 0."""
        won = wins(group, self.kind)
        best, worst = first_best(won), first_best({index: -share for index, share in won.items()})
        if best is None or worst is None or won[best] == won[worst]:
            return dropped(group, dict.fromkeys(won, TIE))
        if group.candidates[best].text == group.candidates[worst].text:
            return dropped(group, dict.fromkeys(won, "duplicate"))
        return tuple(self._fate(c.index, won, best, worst) for c in group.candidates)

    def best(self, group: Group) -> int | None:
        """The candidate that wins most."""
        return first_best(wins(group, self.kind))

    def _fate(self, index: int, won: dict[int, float], best: int, worst: int) -> Selection:
        if index == best:
            return Selection((index,), "chosen", f"wins most, {won[index]:.2f}", pair=0)
        if index == worst:
            return Selection((index,), "rejected", f"wins least, {won[index]:.2f}", pair=0)
        return Selection((index,), "dropped", "middle" if index in won else UNSCORED)
