"""What recipes that learn from a scalar share: where it comes from, and the policy's phase with its control."""

from typing import Literal

from pydantic import Field

from experiments.alignment.composition import Branch, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.learners import PolicyGradient, RewardModel
from experiments.alignment.ports import SignalSource
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import Role
from experiments.alignment.selectors.group_norm import GroupNorm
from experiments.alignment.signals.judge_expected import JudgeExpected
from experiments.alignment.signals.panel import Panel
from experiments.alignment.signals.reward import Reward
from experiments.alignment.signals.verify_outcome import VerifyOutcome

START = "base"
"""The model before any training: what the divergence and the gains are measured against."""
START_ROLE = Role(START, "The model before any training, as the measure of change; leave it empty.")
OWN_REWARD_MODEL = Role("reward-model", "The reward model that this run trains; leave it empty.")
HELD_BACK = 0.2
"""Share of the prompts whose recorded pairs no reward model learns from."""
Scalar = Literal["check", "reward-model", "judge", "panel"]
PANEL = ("judge", "judge-2", "judge-3")
JUDGES = (
    Role(
        "judge",
        "The model that grades answers for a judge or a panel; by default the policy itself.",
    ),
    *(Role(name, "Another judge of the panel; by default the policy itself.") for name in PANEL[1:]),
)


def scalar_source(signal: Scalar) -> SignalSource:
    """The source of that scalar; a reward model must have been taken from another run.

    A judge speaks by the probabilities of its digits. The members of a panel write their verdicts, so that any of them
    may be a model that only writes.
    """
    sources: dict[Scalar, SignalSource] = {
        "check": VerifyOutcome(),
        "reward-model": Reward(required=True),
        "judge": JudgeExpected(),
        "panel": Panel(PANEL),
    }
    return sources[signal]


class GradientConfig(TrainingConfig):
    """Settings of a policy that follows a scalar."""

    samples: int = Field(8, ge=2, le=64, description="Answers sampled for each prompt in the policy's phase.")
    temperature: float = Field(
        1.0, gt=0, le=2, description="Sampling temperature; the divergence is exact at 1 alone."
    )
    learning_rate: float = with_default(
        TrainingConfig, "learning_rate", 1e-4, "Peak learning rate of the policy's adapters."
    )
    epochs: int = with_default(
        TrainingConfig, "epochs", 1, "Passes of the policy over the answers of a round."
    )
    kl_beta: float = Field(
        0.05, ge=0, le=10, description="Weight of the divergence from the model before training."
    )

    @property
    def gradient(self) -> PolicyGradient:
        """What the policy learns by."""
        return PolicyGradient(kl_beta=self.kl_beta, reference="base", **self.learner_settings())

    def sample(self, role: str = "policy") -> Sample:
        """So many answers of a role."""
        return Sample(self.samples, self.temperature, self.max_tokens, role)

    def policy_phase(self) -> Phase:
        """Answers of the policy, their rewards with the log-ratio to the start, and the gradient within each group."""
        return Phase(
            self.sample(), (Reward(reference=START),), (Branch(GroupNorm(Reward.kind), self.gradient),)
        )

    def start_control(self) -> Phase:
        """Best-of-n of the model before training, by the same rewards at equal samples: search instead of training."""
        return Phase(self.sample(START), (Reward(),), (Branch(GroupNorm(Reward.kind)),))


class RewardLearningConfig(GradientConfig):
    """Settings of a reward model and the policy that follows it."""

    reward_learning_rate: float = Field(
        5e-4,
        gt=0,
        le=1,
        description="Peak learning rate of the reward model's adapters.",
        json_schema_extra=FOLDED,
    )
    reward_epochs: int = Field(2, ge=1, le=50, description="Passes of the reward model over its pairs.")
    control: bool = Field(
        True,
        description="Also train the control: DPO on the same pairs, without a reward model.",
        json_schema_extra=FOLDED,
    )

    @property
    def reward_model(self) -> RewardModel:
        """Fitted anew from the base in each round, to the pairs of all rounds."""
        return RewardModel(
            data="accumulated",
            adapter=self.adapter,
            learning_rate=self.reward_learning_rate,
            epochs=self.reward_epochs,
            batch_size=self.batch_size,
        )
