"""A supervisor's probabilities as the label: nothing is thresholded away."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.selectors.own_part import in_own_part
from experiments.alignment.selectors.scores import dropped, scored
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
        if in_own_part(group.prompt.id, self.own_share):
            return dropped(group, {c.index: OWN for c in group.candidates})
        scores = scored(group, self.kind)
        total = sum(scores.values())
        if len(scores) < len(group.candidates) or total <= 0:
            return dropped(group, {})
        return tuple(
            Selection((index,), "kept", "label", weight=value / total) for index, value in scores.items()
        )

    def best(self, group: Group) -> int | None:
        """The option that the supervisor holds likeliest, None where it cannot tell two apart."""
        scores = scored(group, self.kind)
        best = [index for index, value in scores.items() if value == max(scores.values())]
        return best[0] if len(best) == 1 else None
