"""Statements that every opinion group shares."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.selectors.scores import UNSCORED, first_best, scored
from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class Consensus:
    """Keeps the `most` statements of highest group-aware consensus, at least `floor`; never one that says nothing."""

    most: int = 5
    floor: float = 0.6
    kind: str = "consensus"
    produces: ClassVar[SampleKind] = "demonstration"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a statement, in order."""
        values = scored(group, self.kind)
        able = [i for i, value in values.items() if value >= self.floor and _says(group, i)]
        best = sorted(able, key=lambda i: (-values[i], i))[: self.most]
        return tuple(self._fate(group, c.index, values.get(c.index), best) for c in group.candidates)

    def best(self, group: Group) -> int | None:
        """The statement of highest consensus, None where nobody voted."""
        return first_best(scored(group, self.kind))

    def _fate(self, group: Group, index: int, value: float | None, best: list[int]) -> Selection:
        if index in best and value is not None:
            return Selection((index,), "kept", f"shared by every group, {value:.2f}")
        if value is None:
            return Selection((index,), "dropped", UNSCORED)
        if not _says(group, index):
            return Selection((index,), "dropped", "empty")
        return Selection(
            (index,), "dropped", "below the floor" if value < self.floor else "not among the best"
        )


def _says(group: Group, index: int) -> bool:
    return bool(group.candidates[index].text.strip())
