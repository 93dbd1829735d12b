"""Group-normalised advantages: how much better an answer did than its siblings."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from statistics import fmean, pstdev
from typing import ClassVar

from experiments.alignment.selectors.scores import UNSCORED, dropped, first_best, scored
from experiments.alignment.types import Group, SampleKind, Selection

FLAT = "all did alike"
ROUNDING = 1e-9


@dataclass(frozen=True)
class GroupNorm:
    """Advantage = (score − mean) / standard deviation within the group, as in GRPO (arXiv 2402.03300).

    Where all did alike the advantage is 0: the answers are kept, since other terms of a loss still have a gradient.
    A group with fewer than two scored answers is dropped: there is nothing to compare with. The standard deviation
    is that of the group as a whole (divided by n).
    """

    kind: str
    produces: ClassVar[SampleKind] = "rollout"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order; a kept one's weight is its advantage."""
        scores = scored(group, self.kind)
        if len(scores) < 2:
            return dropped(group, dict.fromkeys(scores, "nothing to compare with"))
        gained = advantages(scores)
        return tuple(_fate(candidate.index, scores, gained) for candidate in group.candidates)

    def best(self, group: Group) -> int | None:
        """The first of the best scored answers; None when none was scored."""
        return first_best(scored(group, self.kind))


def alike(scores: Collection[float]) -> bool:
    """Whether no two differ by more than rounding."""
    return max(scores) - min(scores) <= ROUNDING * max(1.0, *map(abs, scores))


def advantages(scores: Mapping[int, float]) -> dict[int, float]:
    """Normalised scores; all 0 where they are alike."""
    if alike(scores.values()):
        return dict.fromkeys(scores, 0.0)
    centre, spread = fmean(scores.values()), pstdev(scores.values())
    return {index: (score - centre) / spread for index, score in scores.items()}


def _fate(index: int, scores: Mapping[int, float], gained: Mapping[int, float]) -> Selection:
    if index not in scores:
        return Selection((index,), "dropped", UNSCORED)
    reason = f"score {scores[index]:.4g}, advantage {gained[index]:+.2f}" if any(gained.values()) else FLAT
    return Selection((index,), "kept", reason, weight=gained[index])
