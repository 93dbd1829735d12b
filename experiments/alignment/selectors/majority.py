"""Keep the answers of the majority, where it is large enough."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.types import Candidate, Group, SampleKind, Selection


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
        kept: list[str] = []
        made = []
        for candidate in group.candidates:
            reason = self._against(group, candidate, kept)
            if not reason:
                kept.append(candidate.text)
            fate, why = ("dropped", reason) if reason else ("kept", self._for(group, candidate))
            made.append(Selection((candidate.index,), fate, why))  # type: ignore[arg-type]
        return tuple(made)

    def best(self, group: Group) -> int | None:
        """The first candidate with the largest share, whatever the threshold; None where nothing was read."""
        shares = self._shares(group)
        return max(shares, key=lambda index: (shares[index], -index)) if shares else None

    def _shares(self, group: Group) -> dict[int, float]:
        means = {c.index: group.mean_value(self.kind, c.index) for c in group.candidates}
        return {index: value for index, value in means.items() if value is not None}

    def _for(self, group: Group, candidate: Candidate) -> str:
        return f"says what {self._shares(group)[candidate.index]:.0%} say"

    def _against(self, group: Group, candidate: Candidate, kept: list[str]) -> str:
        shares = self._shares(group)
        if candidate.index not in shares:
            return "unscored"
        most = max(shares.values())
        if shares[candidate.index] < most:
            return "another answer than the majority's"
        if most < self.threshold:
            return f"only {most:.0%} agree"
        if len({_answer(group, self.kind, index) for index, share in shares.items() if share == most}) > 1:
            return "tie"
        if candidate.text in kept:
            return "duplicate"
        return f"{self.per_prompt} kept already" if len(kept) >= self.per_prompt else ""


def _answer(group: Group, kind: str, index: int) -> str:
    return next(s.label for s in group.signals if s.kind == kind and s.about == (index,))
