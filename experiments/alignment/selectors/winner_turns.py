"""What won a game is learned: the winner's moves of each episode that was decided by the rules."""

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.types import Candidate, Group, SampleKind, Selection, Signal

ROLE_SHARE = 0.5
"""The weight of all episodes of a prompt that one side won: either side's wins count as much (arXiv 2404.10642)."""
SIDES = ("attacker", "defender")


@dataclass(frozen=True)
class WinnerTurns:
    """Rollouts from decided episodes. Ties, and episodes that an illegal move ended, teach nothing.

    An episode's weight is a half divided by the kept episodes of its prompt that the same side won; the turns share
    it by their own credits.
    """

    kind: str = "game"
    produces: ClassVar[SampleKind] = "rollout"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order."""
        outcomes = {s.about[0]: s for s in group.signals if s.kind == self.kind}
        refusals = {c.index: _refusal(outcomes.get(c.index)) for c in group.candidates}
        wins = Counter(outcomes[index].label for index, refusal in refusals.items() if not refusal)
        return tuple(
            Selection((candidate.index,), "dropped", refusals[candidate.index])
            if refusals[candidate.index]
            else _kept(candidate, outcomes[candidate.index], wins)
            for candidate in group.candidates
        )

    def best(self, group: Group) -> int | None:
        """A game has no best episode."""
        return None


def _kept(candidate: Candidate, outcome: Signal, wins: Counter[str]) -> Selection:
    reason = f"the {outcome.label} won: {outcome.text}"
    return Selection((candidate.index,), "kept", reason, weight=ROLE_SHARE / wins[outcome.label])


def _refusal(outcome: Signal | None) -> str:
    if outcome is None:
        return "no episode"
    if outcome.label not in SIDES:
        return "tie"
    return "decided by a move against the rules" if outcome.scores.get("illegal") else ""
