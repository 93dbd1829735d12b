"""Keep the answers of the majority, where it is large enough."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.selectors.scores import TIE, UNSCORED, first_best, keep_first, scored
from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class Majority:
    """Demonstrations from the samples that say what most say (arXiv 2210.11610).

    `threshold` is the least vote share of the winner. A tie at the top is no majority and teaches nothing.
    """

    threshold: float = 0.5
    per_prompt: int = 1
    kind: str = "vote"
    produces: ClassVar[SampleKind] = "demonstration"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order; the first answers of the majority are kept, each text once."""
        shares = scored(group, self.kind)
        return keep_first(
            group,
            self.per_prompt,
            lambda c: self._against(group, shares, c.index),
            lambda c: f"says what {shares[c.index]:.0%} say",
        )

    def best(self, group: Group) -> int | None:
        """The first candidate with the largest share, whatever the threshold; None where nothing was read."""
        return first_best(scored(group, self.kind))

    def _against(self, group: Group, shares: Mapping[int, float], index: int) -> str:
        if index not in shares:
            return UNSCORED
        most = max(shares.values())
        if shares[index] < most:
            return "another answer than the majority's"
        if most < self.threshold:
            return f"only {most:.0%} agree"
        leaders = {_answer(group, self.kind, at) for at, share in shares.items() if share == most}
        return TIE if len(leaders) > 1 else ""


def _answer(group: Group, kind: str, index: int) -> str:
    return next(s.label for s in group.signals if s.kind == kind and s.about == (index,))
