"""Pairs from two contexts, one that makes answers better and one that makes them worse: no judge at all."""

from typing import Literal

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.learners import DPO, PolicyGradient, RewardModel
from experiments.alignment.prompts.contexts import CALCULATOR, STORYTELLER
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.proposers.under_contrast import UnderContrast
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.accept_all import AcceptAll
from experiments.alignment.selectors.constructed_pair import ConstructedPair
from experiments.alignment.selectors.group_norm import GroupNorm
from experiments.alignment.selectors.random_pair import RandomPair
from experiments.alignment.signals.reward import Reward


class ContrastDistillationConfig(TrainingConfig):
    """Settings of contrast distillation."""

    better: str = Field(
        CALCULATOR,
        min_length=1,
        max_length=8000,
        description="The context whose answers are to be preferred.",
    )
    worse: str = Field(
        STORYTELLER, min_length=1, max_length=8000, description="The context whose answers are to be avoided."
    )
    temperature: float = Field(0.7, gt=0, le=2, description="Sampling temperature.")
    learner: Literal["dpo", "reward-model"] = Field(
        "dpo",
        description="Learn from the pairs at once (DPO), or fit a reward model and follow it by policy gradient.",
    )
    control: bool = Field(
        True, description="With DPO, also train the cheap control: the same pairs in random order."
    )
    beta: float = Field(0.1, gt=0, le=10, description="How closely DPO holds to the previous checkpoint.")
    samples: int = Field(
        4,
        ge=2,
        le=64,
        description="With a reward model: answers sampled for each prompt of the policy gradient.",
        json_schema_extra=FOLDED,
    )
    kl_beta: float = Field(
        0.05,
        ge=0,
        le=10,
        description="With a reward model: weight of the divergence from the checkpoint before.",
        json_schema_extra=FOLDED,
    )
    learning_rate: float = with_default(TrainingConfig, "learning_rate", 2e-4)
    epochs: int = with_default(TrainingConfig, "epochs", 1, "Passes over the pairs of a round.")


def _dpo(config: ContrastDistillationConfig, role: str) -> DPO:
    return DPO(role=role, beta=config.beta, **config.learner_settings())


def _direct(config: ContrastDistillationConfig, propose: UnderContrast) -> tuple[Phase, ...]:
    branches = [Branch(ConstructedPair(), _dpo(config, "policy"))]
    if config.control:
        branches.append(Branch(RandomPair(ConstructedPair()), _dpo(config, "control")))
    return (Phase(propose, (), tuple(branches)),)


def _by_reward(config: ContrastDistillationConfig, propose: UnderContrast) -> tuple[Phase, ...]:
    fit = RewardModel(data="accumulated", **config.learner_settings())
    follow = PolicyGradient(kl_beta=config.kl_beta, **config.learner_settings())
    sample = Sample(config.samples, config.temperature, config.max_tokens)
    return (
        Phase(propose, (), (Branch(ConstructedPair(), fit),)),
        Phase(sample, (Reward(),), (Branch(GroupNorm(Reward.kind), follow),)),
    )


@recipe(
    slug="contrast-distillation",
    title="Pairs from two contrasting contexts",
    leaf="1.3",
    paper="2307.12950",
    summary="Answer under a good and under a bad context, prefer the first by construction, learn from the pairs.",
    config=ContrastDistillationConfig,
    roles=(POLICY, Role("reward-model", "The reward model that this run trains; leave it empty.")),
    makes=("checkpoint", "reward-model"),
)
def contrast_distillation(config: ContrastDistillationConfig) -> Composition:
    """The model answers each prompt twice, once told to do well and once told to do badly. Which is which is
    known, so nobody is asked to judge.

    The two answers of a prompt form a preference for the prompt without either context. By default DPO learns
    from these pairs, from the previous checkpoint, which is also its reference. With `learner` at
    reward-model a reward model is fitted to them first, and a policy gradient then follows its scores on
    fresh samples of the same round.

    This follows RLCD (arXiv 2307.12950), which fits a reward model to such pairs and runs PPO on it.

    Departures: DPO instead by default; the contexts stand in the system message, where the paper puts short
    phrases around the question; a policy gradient with advantages normalised within each prompt's samples, no
    value model; the reward model is fitted anew each round to the pairs of all rounds; low-rank adapters.

    The control arm of DPO learns from the same pairs in random order. The operator is an answer under the
    better context; its control is a plain sample.

    Reading it: the labels are only as good as the contrast. The share of pairs in the right order is measured
    where the check can tell the two answers apart; near one half the contexts make no difference and the
    pairs are noise. A model too small to follow the worse context gives two equally wrong answers: few pairs
    can be told apart then. Look also for answers that quote a context, and for a style that came along with
    the better one.
    """
    propose = UnderContrast(config.better, config.worse, config.temperature, config.max_tokens)
    plain = Phase(Sample(1, config.temperature, config.max_tokens), (), (Branch(AcceptAll()),))
    phases = _direct(config, propose) if config.learner == "dpo" else _by_reward(config, propose)
    return Composition(phases, answer_tokens=config.max_tokens, control=plain, measures=("context",))
