"""The one answer of a classifier: the likeliest of a closed list of options."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Policy, Round
from experiments.alignment.types import Ask, Candidate, Capability, Group, Prompt


@dataclass(frozen=True)
class Classify:
    """Asks one role for its probabilities and answers with the likeliest option; of equal ones, the first."""

    options: tuple[str, ...]
    role: str = "policy"
    needs: ClassVar[frozenset[Capability]] = frozenset({"next_token"})
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt with one candidate, in the prompts' order; its `logprob` is the option's."""
        policy = at.policy(self.role)
        asks = [Ask(prompt.messages, max_tokens=1) for prompt in prompts]
        chosen = policy.choose(asks, [self.options] * len(asks), at.check)
        return [
            Group(prompt, (self._answer(policy, logprobs),))
            for prompt, logprobs in zip(prompts, chosen, strict=True)
        ]

    def _answer(self, policy: Policy, logprobs: tuple[float, ...]) -> Candidate:
        best = logprobs.index(max(logprobs))
        return Candidate(
            0, self.options[best], n_tokens=1, role=self.role, model=policy.name, logprob=logprobs[best]
        )
