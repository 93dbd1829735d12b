"""The model compares its answers by a constitution; a reward model learns that, and the policy learns from it."""

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.judges.pairwise import PRINCIPLE
from experiments.alignment.learners import DPO, PolicyGradient, RewardModel
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.group_norm import GroupNorm
from experiments.alignment.selectors.ranked_pairs import RankedPairs
from experiments.alignment.signals.judge_pair_choice import JudgePairChoice
from experiments.alignment.signals.reward import Reward


class ConstitutionalRLConfig(TrainingConfig):
    """Settings of the constitutional reinforcement learning."""

    samples: int = Field(6, ge=2, le=64, description="Answers sampled for each prompt in the policy's phase.")
    temperature: float = Field(1.0, gt=0, le=2, description="Sampling temperature.")
    reasoning_tokens: int = Field(
        0,
        ge=0,
        le=1024,
        description="Longest reasoning of the judge before it chooses, in tokens; 0 for none.",
    )
    learning_rate: float = with_default(
        TrainingConfig, "learning_rate", 1e-4, "Peak learning rate of the policy's adapters."
    )
    epochs: int = with_default(
        TrainingConfig, "epochs", 1, "Passes of the policy over the answers of a round."
    )
    reward_epochs: int = Field(2, ge=1, le=50, description="Passes of the reward model over its pairs.")
    kl_beta: float = Field(
        0.05, ge=0, le=10, description="Weight of the divergence from the round's first policy."
    )
    control: bool = Field(
        True,
        description="Also train the control: DPO on the same pairs, without a reward model.",
        json_schema_extra=FOLDED,
    )


@recipe(
    slug="constitutional-rl",
    title="A constitution as the reward",
    leaf="1.2",
    paper="2212.08073",
    summary="Compare pairs by a drawn rule, fit a reward model to the soft choices, and train the policy on it.",
    config=ConstitutionalRLConfig,
    roles=(
        POLICY,
        Role(
            "judge",
            "The model that compares answers by the rules; by default the policy of the round itself.",
        ),
        Role("reward-model", "The reward model that this run trains; leave it empty."),
    ),
    takes=("constitution",),
    makes=("checkpoint", "reward-model"),
    data="format-rules",
)
def constitutional_rl(config: ConstitutionalRLConfig) -> Composition:
    """Preferences by rules instead of by people, at no label at all.

    In the first phase the checkpoint answers each train prompt twice. A rule of the constitution is drawn for the
    prompt, and the judge says by the probabilities of two letters which answer keeps it better, in both orders. The
    mean is a soft label, and a reward model is fitted to it. In the second phase the policy answers each prompt
    several times, the reward model scores the answers, and the policy gradient follows the scores relative to their
    group, held to the round's first policy. The rules are those that the run takes, else eight built-in ones.

    This follows the second stage of Constitutional AI (arXiv 2212.08073). Departures: both orders are asked and their
    mean is the label, where the paper shows one; the rewards are normalised within a group in place of a value model;
    the reward model is fitted anew from the base in each round; no earlier stage of revisions (run the critique recipe
    first and begin with its checkpoint); no helpfulness data of people; low-rank adapters. With reasoning the
    probability is held within 40 and 60 %, as in the paper.

    The control arm learns from the same pairs by DPO, without a reward model and without new samples.

    Reading it: first the judge. Where its orders conflict and it prefers a place, the labels are noise, however sure
    the reward model becomes. Then the operator gain, which is that of best-of-n by the reward model: accuracy that
    falls where it was above 0 is over-optimisation. Rewards themselves are not followed over the rounds, since each
    round fits their scale anew. If the control does as well, the reward model was not needed.
    """
    reward = RewardModel(adapter=config.adapter, epochs=config.reward_epochs, batch_size=config.batch_size)
    branches = [Branch(RankedPairs(), reward)]
    if config.control:
        branches.append(Branch(RankedPairs(), DPO(role="control", **config.learner_settings())))
    judge = JudgePairChoice(PRINCIPLE, principled=True, reasoning_tokens=config.reasoning_tokens)
    first = Phase(Sample(2, config.temperature, config.max_tokens), (judge,), tuple(branches))
    gradient = PolicyGradient(kl_beta=config.kl_beta, **config.learner_settings())
    second = Phase(
        Sample(config.samples, config.temperature, config.max_tokens),
        (Reward(),),
        (Branch(GroupNorm(Reward.kind), gradient),),
    )
    return Composition((first, second), answer_tokens=config.max_tokens, main=1, measures=("judging",))
