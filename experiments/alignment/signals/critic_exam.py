"""What a critic calls cases that it has not learned from, and of which it is known whether a flaw was put in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.prompts.criticising import RIGHT, WRONG
from experiments.alignment.selectors.held_back import held_back
from experiments.alignment.signals.critic_choice import right_chances
from experiments.alignment.types import Ask, Candidate, Capability, Group, Message, Signal


@dataclass(frozen=True)
class CriticExam:
    """The critic's P(Right) against P(Wrong) of each case of a prompt that is held back; nothing about the others.

    The cases are candidates whose text is the right critique and whose training prompt is the critic's. The label is
    the likelier verdict.
    """

    share: float
    role: str = "critic"
    kind: ClassVar[str] = "exam"
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset({"next_token"})

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """One signal a case of the prompts held back, in order."""
        policy = at.policy(self.role)
        asks = [Ask(told, 1) for group in groups for told, _ in self._cases(group)]
        right = iter(right_chances(policy, asks, at.check))
        return [
            tuple(self._signal(policy.name, case, next(right)) for _, case in self._cases(group))
            for group in groups
        ]

    def _cases(self, group: Group) -> list[tuple[tuple[Message, ...], Candidate]]:
        if not held_back(group.prompt, self.share):
            return []
        return [(c.train_context, c) for c in group.candidates if c.train_context is not None]

    def _signal(self, source: str, case: Candidate, right: float) -> Signal:
        label = RIGHT if right > 0.5 else WRONG
        return Signal(self.kind, source, (case.index,), right, label=label)
