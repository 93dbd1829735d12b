"""The scalar of a reward model for each candidate."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.errors import ConfigError
from experiments.alignment.ports import Policy, Round
from experiments.alignment.types import Ask, Candidate, Capability, Evidence, Group, Signal

NO_MODEL_YET = "no reward model yet"
Ratios = list[tuple[float, float] | None]
"""For each candidate the log-ratio of policy to reference and the reference's log-probability, both in nats."""


@dataclass(frozen=True)
class Reward:
    """One signal a candidate: its reward after the group's prompt, on the model's own scale.

    As long as nothing has trained the role, every candidate is unscored; therefore it needs no capability. With
    `required` that is an error instead. With a `reference`, the role of a model that the policy has come from, the
    evidence of each of the policy's answers also has the log-ratio of the two, whose mean is their divergence (KL) on
    samples at temperature 1; the end token is not counted.
    """

    role: str = "reward-model"
    reference: str = ""
    required: bool = False
    kind: ClassVar[str] = "reward"
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role, "policy", self.reference) if self.reference else (self.role,)

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """In the groups' and candidates' order."""
        policy = at.policy(self.role)
        if "reward" not in policy.capabilities:
            return [tuple(self._unscored(c) for c in group.candidates) for group in groups]
        cases = [(group, candidate) for group in groups for candidate in group.candidates]
        asks = [Ask(group.prompt.messages, 1) for group, _ in cases]
        rewards = iter(policy.reward(asks, [candidate.text for _, candidate in cases], at.check))
        ratios = iter(self._ratios(at, asks, [candidate for _, candidate in cases]))
        return [
            tuple(_signal(policy, self.role, c, next(rewards), next(ratios)) for c in g.candidates)
            for g in groups
        ]

    def _unscored(self, candidate: Candidate) -> Signal:
        if self.required:
            raise ConfigError(
                f"Nothing gives rewards: take a reward model of another run with --use {self.role}=RUN, or choose "
                "another signal.",
                field="signal",
            )
        return Signal("reward", self.role, (candidate.index,), None, parsed=False, error=NO_MODEL_YET)

    def _ratios(self, at: Round, asks: Sequence[Ask], candidates: Sequence[Candidate]) -> Ratios:
        """None where there is no reference, for another role's answer and where a model has no log-probabilities."""
        found: Ratios = [None] * len(candidates)
        own = [place for place, candidate in enumerate(candidates) if candidate.role == "policy"]
        if not self.reference or not own:
            return found
        models = at.policy("policy"), at.policy(self.reference)
        if any("score" not in model.capabilities for model in models):
            return found
        asked, texts = [asks[place] for place in own], [candidates[place].text for place in own]
        now, then = (model.score(asked, texts, at.check) for model in models)
        for place, new, old in zip(own, now, then, strict=True):
            found[place] = (new - old, old)
        return found


def _signal(
    policy: Policy, role: str, candidate: Candidate, reward: float, ratio: tuple[float, float] | None
) -> Signal:
    data: dict[str, object] = {"reward": reward, "model": policy.name}
    if ratio is not None:
        data |= {"kl": ratio[0], "reference_logprob": ratio[1]}
    return Signal("reward", role, (candidate.index,), reward, evidence=Evidence("reward", data))
