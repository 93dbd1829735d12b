"""Answers under the constitution that the run has committed: what its rules change before anything is trained."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.prompts.constitution import ROLE
from experiments.alignment.proposers.greedy import Greedy
from experiments.alignment.proposers.under_context import UnderContext
from experiments.alignment.types import Capability, Group, Prompt


@dataclass(frozen=True)
class UnderConstitution:
    """One greedy answer a prompt with the rules before it; a plain one while there are no rules."""

    max_tokens: int = 64
    role: str = "policy"
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt with one candidate, in the prompts' order."""
        rules = at.statements(ROLE)
        if not rules:
            return Greedy(self.max_tokens, self.role).propose(at, prompts)
        context = "Follow these rules.\n" + "\n".join(f"- {rule}" for rule in rules)
        return UnderContext(context, 1, 0.0, self.max_tokens, self.role).propose(at, prompts)
