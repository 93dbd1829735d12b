"""How likely the policy of the round finds a text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.types import Ask, Candidate, Capability, Group, Signal

NO_PROBABILITIES = "this model gives no log-probabilities"
EMPTY = "the text is empty"


@dataclass(frozen=True)
class Likelihood:
    """log π(text | prompt) of each candidate in nats, summed over its tokens, under one role's newest checkpoint.

    Where a model gives no log-probabilities, or a text is empty, it is unscored; therefore no capability is needed.
    """

    role: str = "policy"
    kind: ClassVar[str] = "logprob"
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """One signal a candidate, in order."""
        policy = at.policy(self.role)
        if "score" not in policy.capabilities:
            return [tuple(_unscored(c, NO_PROBABILITIES) for c in group.candidates) for group in groups]
        cases = [(group, c) for group in groups for c in group.candidates if c.text]
        asks = [Ask(group.prompt.messages, 1) for group, _ in cases]
        sums = iter(policy.score(asks, [candidate.text for _, candidate in cases], at.check))
        return [
            tuple(_signal(c, next(sums)) if c.text else _unscored(c, EMPTY) for c in group.candidates)
            for group in groups
        ]


def _signal(candidate: Candidate, logprob: float) -> Signal:
    return Signal(Likelihood.kind, "log-probabilities", (candidate.index,), logprob)


def _unscored(candidate: Candidate, reason: str) -> Signal:
    about = (candidate.index,)
    return Signal(Likelihood.kind, "log-probabilities", about, None, parsed=False, error=reason)
