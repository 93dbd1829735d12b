"""Best against worst under length control: the shortest of the good answers against the longest of the bad ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.selectors.scores import TIE, UNSCORED, dropped, scored
from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class ShortestBest:
    """One preference a prompt (Meta-Rewarding, arXiv 2407.19594).

    Among the answers whose score lies within `rho` of the range below the top, the one with the fewest tokens is
    chosen; among those within `rho` above the bottom the longest is rejected. At rho 0 length decides among equals
    alone. `rho` below ½ keeps the two tiers apart.
    """

    kind: str
    rho: float = 0.2
    produces: ClassVar[SampleKind] = "preference"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order; the pair, if there is one, has number 0."""
        scores = scored(group, self.kind)
        if len(scores) < 2:
            return dropped(group, dict.fromkeys(scores, "nothing to compare with"))
        if len(set(scores.values())) == 1:
            return dropped(group, dict.fromkeys(scores, TIE))
        best, worst = self._chosen(group, scores), self._rejected(group, scores)
        if group.candidates[best].text == group.candidates[worst].text:
            return dropped(group, dict.fromkeys(scores, "duplicate"))
        return tuple(_fate(c.index, scores, best, worst) for c in group.candidates)

    def best(self, group: Group) -> int | None:
        """The answer that would be chosen."""
        scores = scored(group, self.kind)
        return self._chosen(group, scores) if scores else None

    def _chosen(self, group: Group, scores: Mapping[int, float]) -> int:
        floor = max(scores.values()) - self._tier(scores)
        return min((i for i in scores if scores[i] >= floor), key=lambda i: (group.candidates[i].n_tokens, i))

    def _rejected(self, group: Group, scores: Mapping[int, float]) -> int:
        ceiling = min(scores.values()) + self._tier(scores)
        return max(
            (i for i in scores if scores[i] <= ceiling), key=lambda i: (group.candidates[i].n_tokens, -i)
        )

    def _tier(self, scores: Mapping[int, float]) -> float:
        return self.rho * (max(scores.values()) - min(scores.values()))


def _fate(index: int, scores: Mapping[int, float], best: int, worst: int) -> Selection:
    if index == best:
        return Selection((index,), "chosen", f"shortest of the best, {scores[index]:g}", pair=0)
    if index == worst:
        return Selection((index,), "rejected", f"longest of the worst, {scores[index]:g}", pair=0)
    return Selection((index,), "dropped", "middle" if index in scores else UNSCORED)
