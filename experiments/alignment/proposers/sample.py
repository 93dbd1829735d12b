"""Plain sampling: n independent answers to each prompt."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Policy, Round
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import Ask, Candidate, Capability, Completion, Group, Prompt


@dataclass(frozen=True)
class Sample:
    """Asks one role n times for each prompt; every draw has a seed of its own, from its position.

    An operator and its control share the draws of equal index on purpose: a control's first sample is the draft.
    """

    n: int
    temperature: float = 1.0
    max_tokens: int = 64
    role: str = "policy"
    top_p: float = 1.0
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt with n candidates, in the prompts' order."""
        asks = [self._ask(at, prompt, index) for prompt in prompts for index in range(self.n)]
        policy = at.policy(self.role)
        answers = policy.generate(asks, at.check)
        made = [self._candidate(policy, place, asks[place], answer) for place, answer in enumerate(answers)]
        return [
            Group(prompt, tuple(made[place * self.n : (place + 1) * self.n]))
            for place, prompt in enumerate(prompts)
        ]

    def _ask(self, at: Round, prompt: Prompt, index: int) -> Ask:
        seed = seed_at(at.seed, at.iteration, at.phase, "propose", prompt.id, index)
        return Ask(prompt.messages, self.max_tokens, self.temperature, self.top_p, seed)

    def _candidate(self, policy: Policy, place: int, ask: Ask, answer: Completion) -> Candidate:
        return candidate(policy, self.role, place % self.n, ask, answer)


def candidate(policy: Policy, role: str, index: int, ask: Ask, answer: Completion) -> Candidate:
    """A policy's answer as a candidate of its group."""
    return Candidate(
        index=index,
        text=answer.text,
        n_tokens=answer.n_tokens,
        role=role,
        model=policy.name,
        logprob=answer.logprob,
        seed=ask.seed,
        stop=answer.stop,
    )
