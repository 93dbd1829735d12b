"""The best answer against a random other one, which keeps easy and hard pairs alike (arXiv 2310.16944)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.seeds import seed_at
from experiments.alignment.selectors.scores import TIE, UNSCORED, dropped, first_best, scored
from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class BestRandom:
    """One preference a prompt: the highest score is chosen, one of those below it is rejected, drawn by the seed.

    Of several best one is drawn as well. Where no other text scores lower nothing is taught.
    """

    kind: str
    produces: ClassVar[SampleKind] = "preference"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order; the pair, if there is one, has number 0."""
        scores = scored(group, self.kind)
        if len(scores) < 2:
            return dropped(group, dict.fromkeys(scores, "nothing to compare with"))
        most = max(scores.values())
        best = min(
            (i for i, score in scores.items() if score == most), key=lambda i: seed_at(seed, "best", i)
        )
        lower = [i for i, score in scores.items() if score < most and _differ(group, i, best)]
        if not lower:
            return dropped(group, dict.fromkeys(scores, TIE))
        other = min(lower, key=lambda i: seed_at(seed, "other", i))
        return tuple(_fate(c.index, scores, best, other) for c in group.candidates)

    def best(self, group: Group) -> int | None:
        """The first of the best scored answers; None when none was scored."""
        return first_best(scored(group, self.kind))


def _differ(group: Group, first: int, second: int) -> bool:
    return group.candidates[first].text != group.candidates[second].text


def _fate(index: int, scores: Mapping[int, float], best: int, other: int) -> Selection:
    if index == best:
        return Selection((index,), "chosen", f"highest score, {scores[index]:.4g}", pair=0)
    if index == other:
        return Selection((index,), "rejected", f"drawn from the rest, {scores[index]:.4g}", pair=0)
    return Selection((index,), "dropped", "not drawn" if index in scores else UNSCORED)
