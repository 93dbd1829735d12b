"""The one greedy answer that Evaluate compares over iterations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.proposers.sample import candidate
from experiments.alignment.types import Ask, Capability, Group, Prompt


@dataclass(frozen=True)
class Greedy:
    """Asks one role once, at temperature 0."""

    max_tokens: int = 64
    role: str = "policy"
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt with one candidate, in the prompts' order."""
        policy = at.policy(self.role)
        asks = [Ask(prompt.messages, self.max_tokens) for prompt in prompts]
        answers = policy.generate(asks, at.check)
        return [
            Group(prompt, (candidate(policy, self.role, 0, ask, answer),))
            for prompt, ask, answer in zip(prompts, asks, answers, strict=True)
        ]
