"""A revision against what it revises, where somebody says that it became better."""

import math
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.types import Candidate, Group, SampleKind, Selection


@dataclass(frozen=True)
class RefinePair:
    """Revision ≻ draft where the signal, a gain, is above 0 and at least `margin`; a draft stands where it is not.

    The soft label is σ(gain), so that the distance that DPO asks for, its logit over β, grows with the gain, as the
    margin of Stable Alignment (arXiv 2305.16960) does.
    """

    kind: str
    margin: float = 0.0
    produces: ClassVar[SampleKind] = "preference"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """Two selections a revision; candidates without a revision are dropped."""
        revisions = [c for c in group.candidates if c.parent is not None]
        made = [s for number, c in enumerate(revisions) for s in self._pair(group, c, number)]
        told = {index for selection in made for index in selection.about}
        rest = [c.index for c in group.candidates if c.index not in told]
        return (*made, *(Selection((index,), "dropped", "not revised") for index in rest))

    def best(self, group: Group) -> int | None:
        """The last accepted revision, else the draft."""
        accepted = [c.index for c in group.candidates if not self._refusal(group, c)]
        return accepted[-1] if accepted else group.candidates[0].index if group.candidates else None

    def _pair(self, group: Group, revision: Candidate, number: int) -> tuple[Selection, ...]:
        assert revision.parent is not None
        reason, gain = self._refusal(group, revision), group.mean_value(self.kind, revision.index)
        if reason or gain is None:
            members = (revision.parent, revision.index)
            return tuple(Selection((index,), "dropped", reason) for index in members)
        p = 1 / (1 + math.exp(-gain))
        return (
            Selection((revision.index,), "chosen", f"accepted, gain {gain:+.2f}", pair=number, p_chosen=p),
            Selection((revision.parent,), "rejected", "its revision was accepted", pair=number),
        )

    def _refusal(self, group: Group, revision: Candidate) -> str:
        """Why a revision is not accepted; empty where it is."""
        if revision.parent is None:
            return "not a revision"
        gain = group.mean_value(self.kind, revision.index)
        if gain is None:
            return "unscored"
        if gain <= 0:
            return "no gain"
        if gain < self.margin:
            return "below margin"
        return "duplicate" if revision.text == group.candidates[revision.parent].text else ""
