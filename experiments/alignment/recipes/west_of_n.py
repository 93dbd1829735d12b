"""A reward model that makes its own training pairs: the best against the worst of n samples."""

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.learners import RewardModel
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.labels_then_reward import LabelsThenReward
from experiments.alignment.signals.reward import Reward
from experiments.alignment.signals.seed_labels import SeedLabels


class WestOfNConfig(TrainingConfig):
    """Settings of west-of-n."""

    samples: int = Field(8, ge=2, le=64, description="Answers sampled for each prompt.")
    temperature: float = Field(0.8, gt=0, le=2, description="Sampling temperature.")
    labelled: float = Field(
        0.5,
        gt=0,
        le=1,
        description="Share of the first round's prompts whose answers are labelled by the check.",
    )
    confidence: float = Field(
        0.6,
        ge=0.5,
        lt=1,
        description="Least probability that the reward model must give its own pair.",
        json_schema_extra=FOLDED,
    )
    learning_rate: float = with_default(TrainingConfig, "learning_rate", 2e-4)


@recipe(
    slug="west-of-n",
    title="The reward model makes its own pairs",
    leaf="1.1",
    paper="2401.12086",
    summary="Fit a reward model on a few labels, let it pair the best and worst of n samples, refit it on all, repeat.",
    config=WestOfNConfig,
    roles=(POLICY, Role("reward-model", "The reward model that this run trains; leave it empty.")),
    makes=("reward-model",),
)
def west_of_n(config: WestOfNConfig) -> Composition:
    """A reward model grows on pairs that it makes itself. The reward model is trained, never the policy.

    In round 1 the check labels the samples of a share of the prompts; a right and a wrong one form a pair,
    and a reward model is fitted to these pairs. From round 2 on there are no labels: the reward model scores
    n samples of each prompt, and its best and worst form a pair where it is confident enough of their order.
    It is then fitted anew, from the base model, to the pairs of all rounds.

    This follows West-of-N (arXiv 2401.12086), where such pairs are worth about as many human
    preferences.

    Departures: the seed pairs come from the check of the data set instead of people; several rounds, where
    the paper has one; no filter by the likelihood of the answers; low-rank adapters. Prompts of round 1 that
    are not labelled are sampled and left unscored.

    Reading it: the policy stays what it was, so its accuracy is a flat line. Look at the pair accuracy of the
    reward model: round 1 is the seed alone, later rounds should lie above it. The operator gain is that of
    best-of-n by the reward model. The more samples, the more the best is one that the model overrates: an operator
    gain that falls with more samples is over-optimisation, and pairs made from it teach the model its own error.
    Rewards themselves are not followed over the rounds: each round fits their scale anew.
    """
    learn = RewardModel(data="accumulated", **config.learner_settings())
    phase = Phase(
        propose=Sample(config.samples, config.temperature, config.max_tokens),
        signals=(SeedLabels(config.labelled), Reward()),
        branches=(Branch(LabelsThenReward(config.confidence), learn),),
    )
    return Composition((phase,), answer_tokens=config.max_tokens, measures=("preference_model",))
