"""How a critic would begin: the probability that it calls an answer right."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import ClassVar

from experiments.alignment.ports import Check, Policy, Round
from experiments.alignment.prompts.criticising import VERDICTS, criticising
from experiments.alignment.types import Ask, Capability, Group, Signal


def right_chances(policy: Policy, asks: Sequence[Ask], check: Check) -> list[float]:
    """P(Right) against P(Wrong) as the first word after each ask, which holds the critic's prompt."""
    return [exp(right) for right, _ in policy.choose(asks, [VERDICTS] * len(asks), check)] if asks else []


@dataclass(frozen=True)
class CriticChoice:
    """P(Right) against P(Wrong) as the first word of the critic's critique of each candidate, 0 to 1."""

    role: str = "critic"
    kind: ClassVar[str] = "critic"
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset({"next_token"})

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """One signal a candidate, in order."""
        policy = at.policy(self.role)
        asks = [
            Ask(criticising(group.prompt.text, candidate.text), 1)
            for group in groups
            for candidate in group.candidates
        ]
        right = iter(right_chances(policy, asks, at.check))
        return [
            tuple(
                Signal(self.kind, policy.name, (candidate.index,), next(right))
                for candidate in group.candidates
            )
            for group in groups
        ]
