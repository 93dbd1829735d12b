"""Fit a reward model to preference pairs, then let the policy follow it, held to where it started."""

from typing import Literal

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.learners import DPO
from experiments.alignment.ports import Selector
from experiments.alignment.proposers.recorded_pairs import RecordedPairs
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import POLICY, recipe
from experiments.alignment.reward_learning import (
    HELD_BACK,
    OWN_REWARD_MODEL,
    START_ROLE,
    RewardLearningConfig,
)
from experiments.alignment.selectors.best_worst import BestWorst
from experiments.alignment.selectors.held_back import HeldBack
from experiments.alignment.signals.recorded import Recorded
from experiments.alignment.signals.reward import Reward
from experiments.alignment.signals.verify_outcome import VerifyOutcome


class RewardModelRLConfig(RewardLearningConfig):
    """Settings of reinforcement by a reward model."""

    pairs: Literal["check", "data"] = Field(
        "check",
        description="Where preferences come from: right against wrong samples by the data set's check, or the rows' "
        "own chosen and rejected answers.",
    )
    pair_samples: int = Field(
        4, ge=2, le=64, description="Answers sampled for each prompt to make a pair by the check."
    )

    def pairs_phase(self) -> Phase:
        """Who writes the pairs, who says which side is better, and what learns from them.

        Of the data's own pairs a fifth is held back; the reward model of the round before says what it makes of them.
        """
        if self.pairs == "data":
            select: Selector = HeldBack(BestWorst(Recorded.kind), HELD_BACK)
            return Phase(RecordedPairs(), (Recorded(), Reward()), self._learners(select))
        sample = Sample(self.pair_samples, self.temperature, self.max_tokens)
        return Phase(sample, (VerifyOutcome(),), self._learners(BestWorst(VerifyOutcome.kind)))

    def _learners(self, select: Selector) -> tuple[Branch, ...]:
        branches = [Branch(select, self.reward_model)]
        if self.control:
            branches.append(Branch(select, DPO(role="control", **self.learner_settings())))
        return tuple(branches)


@recipe(
    slug="reward-model-rl",
    title="A reward model, and a policy that follows it",
    leaf="3.1",
    paper="2203.02155",
    summary="Fit a reward model to preference pairs, then raise its reward by policy gradient, held to the start.",
    config=RewardModelRLConfig,
    roles=(POLICY, START_ROLE, OWN_REWARD_MODEL),
    makes=("checkpoint", "reward-model"),
)
def reward_model_rl(config: RewardModelRLConfig) -> Composition:
    """Preferences become a scalar, and the scalar becomes a policy.

    In the first phase of a round pairs are made: of a few samples of each train prompt a right one is preferred to a
    wrong one, or the rows' own pairs are taken. A reward model is fitted to the pairs of all rounds. In the second
    phase the policy answers each prompt several times, the reward model scores the answers, and the policy gradient
    follows the scores relative to their group, with a penalty on the divergence from the model before training, the
    same one in all rounds. The check is never asked there: the reward model has to stand for it.

    This follows InstructGPT (arXiv 2203.02155), with the detectors of over-optimisation of 2210.10760. Departures: a
    check stands for the people who label; one pair a prompt instead of all pairs of a ranking; the rewards are
    normalised within a group in place of a value model; no supervised stage before and no pretraining loss beside;
    the reward model is fitted anew from the base in each round; low-rank adapters.

    There are two controls. Best-of-n of the model before training, by the same reward model and at equal samples,
    says what search alone would give. The trained control learns from the same pairs by DPO.

    Reading it: first the pair accuracy of the reward model, on probe samples or on the fifth of the data's own pairs
    that is held back; without it nothing below means much. Then the reward against the start beside the accuracy of
    single samples: both should rise. Reward that rises while accuracy does not is over-optimisation, and an alarm
    says so; so does a divergence beyond the peak of the curve that is fitted to the rounds, from the third round on.
    Rewards are in units of their spread at the start, since each round fits their scale anew.
    """
    return Composition(
        (config.pairs_phase(), config.policy_phase()),
        answer_tokens=config.max_tokens,
        main=1,
        control=config.start_control(),
        measures=("preference_model", "overoptimisation"),
    )
