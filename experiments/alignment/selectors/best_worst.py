"""The best answer against the worst one, by the mean of a source's scores."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.seeds import seed_at
from experiments.alignment.selectors.scores import TIE, UNSCORED, dropped, first_best, scored
from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class BestWorst:
    """One preference a prompt, from candidates whose scores differ by at least `margin`; a tie teaches
    nothing.

    Where several share the best (or worst) score, one of them is drawn by the group's seed.
    """

    kind: str
    margin: float = 0.0
    produces: ClassVar[SampleKind] = "preference"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order; the pair, if there is one, has number 0."""
        scores = scored(group, self.kind)
        refusal = self._refusal(scores)
        if refusal:
            return dropped(group, dict.fromkeys(scores, refusal))
        best, worst = _drawn(scores, max(scores.values()), seed), _drawn(scores, min(scores.values()), seed)
        if group.candidates[best].text == group.candidates[worst].text:
            return dropped(group, dict.fromkeys(scores, "duplicate"))
        return tuple(self._fate(group, index, scores, best, worst) for index in range(len(group.candidates)))

    def best(self, group: Group) -> int | None:
        """The first of the best scored answers; None when none was scored."""
        return first_best(scored(group, self.kind))

    def _refusal(self, scores: Mapping[int, float]) -> str:
        if len(scores) < 2:
            return "nothing to compare with"
        gap = max(scores.values()) - min(scores.values())
        if gap == 0:
            return TIE
        return "below margin" if gap < self.margin else ""

    def _fate(
        self, group: Group, index: int, scores: Mapping[int, float], best: int, worst: int
    ) -> Selection:
        if index == best:
            return Selection((index,), "chosen", f"highest score, {scores[index]:g}", pair=0)
        if index == worst:
            return Selection((index,), "rejected", f"lowest score, {scores[index]:g}", pair=0)
        return Selection((index,), "dropped", "middle" if index in scores else UNSCORED)


def _drawn(scores: Mapping[int, float], value: float, seed: int) -> int:
    return min(
        (index for index, score in scores.items() if score == value), key=lambda index: seed_at(seed, index)
    )
