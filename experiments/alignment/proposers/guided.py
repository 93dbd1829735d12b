"""Answers that a reward model steers while they are being written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, cast

from experiments.alignment.errors import ConfigError
from experiments.alignment.ports import GuidedPolicy, Policy, Round
from experiments.alignment.proposers.sample import Sample, candidate
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import Ask, Candidate, Capability, Group, Prompt

GUIDED = "guided"


@dataclass(frozen=True)
class Guided:
    """One steered answer a prompt (role `guided`), after `drafts` plain samples of the same policy.

    The policy goes on with one of its `top_k` likeliest words, and rewards count `weight` times (RAD, arXiv
    2310.09520). Temperature 0 takes the best word at each step.
    """

    temperature: float = 1.0
    max_tokens: int = 64
    top_k: int = 20
    weight: float = 1.0
    drafts: int = 0
    role: str = "policy"
    guide: str = "reward-model"
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate", "guide"})
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role, self.guide)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt, in the prompts' order. Raises ConfigError where nothing can steer or be steered."""
        policy, guide = self._players(at)
        asks = [self._ask(at, prompt) for prompt in prompts]
        answers = cast(GuidedPolicy, policy).generate_guided(asks, guide, self.top_k, self.weight, at.check)
        plain = self._drafts(at, prompts)
        return [
            Group(prompt, (*drafts, candidate(policy, GUIDED, len(drafts), ask, answer)))
            for prompt, drafts, ask, answer in zip(prompts, plain, asks, answers, strict=True)
        ]

    def _players(self, at: Round) -> tuple[Policy, Policy]:
        policy, guide = at.policy(self.role), at.policy(self.guide)
        if "reward" not in guide.capabilities:
            raise ConfigError(
                f"{guide.name} gives no rewards to steer by: take a reward model of another run with "
                f"--use {self.guide}=RUN."
            )
        if "guide" not in policy.capabilities:
            raise ConfigError(
                f"{policy.name} cannot be steered word by word; choose a local language model for the policy."
            )
        return policy, guide

    def _ask(self, at: Round, prompt: Prompt) -> Ask:
        seed = seed_at(at.seed, at.iteration, at.phase, GUIDED, prompt.id)
        return Ask(prompt.messages, self.max_tokens, self.temperature, seed=seed)

    def _drafts(self, at: Round, prompts: Sequence[Prompt]) -> list[tuple[Candidate, ...]]:
        if not self.drafts:
            return [() for _ in prompts]
        sampled = Sample(self.drafts, self.temperature, self.max_tokens, self.role).propose(at, prompts)
        return [group.candidates for group in sampled]
