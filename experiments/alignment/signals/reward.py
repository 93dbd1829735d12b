"""The scalar of a reward model for each candidate."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Policy, Round
from experiments.alignment.types import Ask, Candidate, Capability, Evidence, Group, Signal

NO_MODEL_YET = "no reward model yet"


@dataclass(frozen=True)
class Reward:
    """One signal a candidate: its reward after the group's prompt, on the model's own scale.

    As long as nothing has trained the role, every candidate is unscored; therefore it needs no capability.
    """

    role: str = "reward-model"
    kind: ClassVar[str] = "reward"
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """In the groups' and candidates' order."""
        policy = at.policy(self.role)
        if "reward" not in policy.capabilities:
            return [tuple(_unscored(self.role, c) for c in group.candidates) for group in groups]
        cases = [(group, candidate) for group in groups for candidate in group.candidates]
        asks = [Ask(group.prompt.messages, 1) for group, _ in cases]
        rewards = iter(policy.reward(asks, [candidate.text for _, candidate in cases], at.check))
        return [tuple(_signal(policy, self.role, c, next(rewards)) for c in g.candidates) for g in groups]


def _signal(policy: Policy, role: str, candidate: Candidate, reward: float) -> Signal:
    evidence = Evidence("reward", {"reward": reward, "model": policy.name})
    return Signal("reward", role, (candidate.index,), reward, evidence=evidence)


def _unscored(role: str, candidate: Candidate) -> Signal:
    return Signal("reward", role, (candidate.index,), None, parsed=False, error=NO_MODEL_YET)
