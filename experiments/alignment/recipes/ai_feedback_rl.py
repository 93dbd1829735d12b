"""A model says which answer is better, or how good one is; a policy learns from that instead of from people."""

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.learners import DPO, SFT
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.reward_learning import OWN_REWARD_MODEL, START_ROLE, RewardLearningConfig
from experiments.alignment.selectors.best_of_n import BestOfN
from experiments.alignment.selectors.group_norm import GroupNorm
from experiments.alignment.selectors.ranked_pairs import RankedPairs
from experiments.alignment.signals.judge_expected import JudgeExpected
from experiments.alignment.signals.judge_pair_choice import JudgePairChoice


class AIFeedbackRLConfig(RewardLearningConfig):
    """Settings of reinforcement by a model's feedback."""

    direct: bool = Field(
        False, description="Take the judge's expected score as the reward, without pairs and a reward model."
    )


def _by_reward_model(config: AIFeedbackRLConfig) -> Composition:
    branches = [Branch(RankedPairs(), config.reward_model)]
    if config.control:
        branches.append(Branch(RankedPairs(), DPO(role="control", **config.learner_settings())))
    pairs = Sample(2, config.temperature, config.max_tokens)
    return Composition(
        (Phase(pairs, (JudgePairChoice(),), tuple(branches)), config.policy_phase()),
        answer_tokens=config.max_tokens,
        main=1,
        control=config.start_control(),
        measures=("judging", "preference_model", "overoptimisation"),
    )


def _direct(config: AIFeedbackRLConfig) -> Composition:
    branches = [Branch(GroupNorm(JudgeExpected.kind), config.gradient)]
    if config.control:
        branches.append(Branch(BestOfN(JudgeExpected.kind), SFT(role="control", **config.learner_settings())))
    return Composition(
        (Phase(config.sample(), (JudgeExpected(),), tuple(branches)),),
        answer_tokens=config.max_tokens,
        measures=("best_of_n",),
    )


@recipe(
    slug="ai-feedback-rl",
    title="Reinforcement by a model's feedback",
    leaf="3.1",
    paper="2309.00267",
    summary="A judge compares pairs, a reward model learns its soft labels, the policy follows it or the judge itself.",
    config=AIFeedbackRLConfig,
    roles=(
        POLICY,
        Role(
            "judge", "The model that compares or grades answers; by default the policy of the round itself."
        ),
        START_ROLE,
        OWN_REWARD_MODEL,
    ),
    makes=("checkpoint", "reward-model"),
    data="format-rules",
)
def ai_feedback_rl(config: AIFeedbackRLConfig) -> Composition:
    """The labels that people would give are given by a model.

    In the first phase the checkpoint answers each train prompt twice, and the judge compares the two in both orders.
    The probability of its letter is the label, averaged over the orders, so that a liking for the first place cancels
    and an unsure judge teaches little. A reward model is fitted to these soft labels of all rounds. In the second
    phase the policy samples groups of answers, the reward model scores them, and the policy gradient follows, with a
    penalty on the divergence from the model before training.

    With `direct` there is one phase: the judge grades every sample from 0 to 5, and the expected grade under the
    probabilities of the digits is the reward itself.

    This follows RLAIF and its direct form d-RLAIF (arXiv 2309.00267). Departures: no chain of thought before the
    verdict; grades from 0 to 5, where the paper asks for 1 to 10; the rewards are normalised within a group in place of
    a value model; the judge is the policy of the round unless a larger one is bound; low-rank adapters.

    The trained control learns from the same judgements without reinforcement: DPO on the pairs, or with `direct` SFT
    on the best answer of each group. Best-of-n of the model before training is the control at decode time.

    Reading it: the judge first. Position consistency and pair accuracy say whether it judges at all; a small model
    often prefers a place or a length, and all that follows only amplifies it. Then the reward against the start beside
    the accuracy of samples, as with any reward model; with `direct` the signal's own trend takes its place.
    """
    return _direct(config) if config.direct else _by_reward_model(config)
