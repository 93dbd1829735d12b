"""A supervisor's probabilities as the label: nothing is thresholded away."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.selectors.own_part import in_own_part
from experiments.alignment.types import Group, SampleKind, Selection

OWN = "its own label taught the supervisor"


@dataclass(frozen=True)
class SoftLabels:
    """Keeps every option, weighted by the mean of one kind of signal, scaled to sum to 1.

    Prompts in the supervisor's own share are left out: its labels there would be better than elsewhere.
    """

    kind: str
    own_share: float = 0.0
    produces: ClassVar[SampleKind] = "label"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection an option, in order; all are dropped where one is unscored."""
        values = [group.mean_value(self.kind, candidate.index) for candidate in group.candidates]
        scored = [value for value in values if value is not None]
        if in_own_part(group.prompt.id, self.own_share):
            return _dropped(group, OWN)
        if len(scored) < len(values) or sum(scored) <= 0:
            return _dropped(group, "unscored")
        return tuple(
            Selection((candidate.index,), "kept", "label", weight=value / sum(scored))
            for candidate, value in zip(group.candidates, scored, strict=True)
        )

    def best(self, group: Group) -> int | None:
        """The option that the supervisor holds likeliest, None where it cannot tell two apart."""
        values = {c.index: group.mean_value(self.kind, c.index) for c in group.candidates}
        scored = {index: value for index, value in values.items() if value is not None}
        best = [index for index, value in scored.items() if value == max(scored.values())]
        return best[0] if len(best) == 1 else None


def _dropped(group: Group, reason: str) -> tuple[Selection, ...]:
    return tuple(Selection((candidate.index,), "dropped", reason) for candidate in group.candidates)
