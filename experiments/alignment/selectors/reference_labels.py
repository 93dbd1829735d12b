"""The true label of a train prompt, as the data set's own check sees it: for ceilings and for weak supervisors."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from experiments.alignment.selectors.own_part import in_own_part
from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class ReferenceLabels:
    """Keeps every option: weight 1 for the right one, 0 for the others. Options of which not exactly one is
    right are dropped.

    `part` says whose share of the train prompts is meant: the supervisor's own one or the rest, the student's.
    """

    own_share: float = 0.0
    part: Literal["own", "rest"] = "rest"
    kind: str = "verify"
    produces: ClassVar[SampleKind] = "label"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection an option, in order."""
        values = [group.mean_value(self.kind, candidate.index) for candidate in group.candidates]
        reason = self._reason(group, values)
        return tuple(
            Selection((candidate.index,), "dropped", reason)
            if reason
            else Selection((candidate.index,), "kept", "true label", weight=float(value == 1.0))
            for candidate, value in zip(group.candidates, values, strict=True)
        )

    def _reason(self, group: Group, values: list[float | None]) -> str:
        """Why the group teaches nothing; empty where it does."""
        if in_own_part(group.prompt.id, self.own_share) != (self.part == "own"):
            return "belongs to the other part"
        return "" if values.count(1.0) == 1 else "not exactly one option is right"

    def best(self, group: Group) -> int | None:
        """The right option."""
        right = [c.index for c in group.candidates if group.mean_value(self.kind, c.index) == 1.0]
        return right[0] if len(right) == 1 else None
