"""Sample and rank: the answer that the model itself finds likeliest."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.selectors.scores import UNSCORED, first_best
from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class MostProbable:
    """The control of a vote at equal samples: the sample with the largest log-probability (as in arXiv 2203.11171).

    It reads no signal. Where the policy gives no log-probabilities there is no such answer.
    """

    produces: ClassVar[SampleKind] = "demonstration"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset()

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order; the likeliest is kept."""
        best = self.best(group)
        return tuple(
            Selection((c.index,), "kept", "likeliest")
            if c.index == best
            else Selection((c.index,), "dropped", UNSCORED if c.logprob is None else "less likely")
            for c in group.candidates
        )

    def best(self, group: Group) -> int | None:
        """The first of the likeliest."""
        known = {c.index: c.logprob for c in group.candidates if c.logprob is not None}
        return first_best(known)
