"""Statements that every opinion group shares."""

from dataclasses import dataclass
from typing import ClassVar

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
        values = {c.index: group.mean_value(self.kind, c.index) for c in group.candidates}
        able = [i for i, value in values.items() if value is not None and value >= self.floor]
        best = sorted((i for i in able if _says(group, i)), key=lambda i: (-(values[i] or 0), i))[: self.most]
        return tuple(self._fate(group, i, value, best) for i, value in values.items())

    def best(self, group: Group) -> int | None:
        """The statement of highest consensus, None where nobody voted."""
        values = {c.index: group.mean_value(self.kind, c.index) for c in group.candidates}
        voted = {i: value for i, value in values.items() if value is not None}
        return max(voted, key=lambda i: (voted[i], -i)) if voted else None

    def _fate(self, group: Group, index: int, value: float | None, best: list[int]) -> Selection:
        if index in best and value is not None:
            return Selection((index,), "kept", f"shared by every group, {value:.2f}")
        if value is None:
            return Selection((index,), "dropped", "unscored")
        if not _says(group, index):
            return Selection((index,), "dropped", "empty")
        return Selection(
            (index,), "dropped", "below the floor" if value < self.floor else "not among the best"
        )


def _says(group: Group, index: int) -> bool:
    return bool(group.candidates[index].text.strip())
