"""A reward model steers a policy word by word while it writes; nothing is trained."""

from pydantic import Field

from experiments.alignment.composition import Arm, Branch, Composition, Phase
from experiments.alignment.config import RecipeConfig, with_default
from experiments.alignment.proposers.greedy import Greedy
from experiments.alignment.proposers.guided import Guided
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.best_of_n import BestOfN
from experiments.alignment.selectors.keep_final import KeepFinal
from experiments.alignment.signals.reward import Reward


class RewardGuidedDecodingConfig(RecipeConfig):
    """Settings of reward-guided decoding."""

    iterations: int = with_default(
        RecipeConfig, "iterations", 1, "Rounds over the train prompts; nothing changes between them."
    )
    prompts: int = with_default(
        RecipeConfig, "prompts", 32, "Train prompts answered in each round, for their traces."
    )
    operator_prompts: int = with_default(RecipeConfig, "operator_prompts", 64)
    top_k: int = Field(10, ge=1, le=100, description="Likeliest words that are weighed at each step.")
    weight: float = Field(
        3.0,
        ge=0,
        le=1000,
        description="Weight of the reward against the policy's logits; 0 is plain decoding.",
    )
    temperature: float = Field(
        1.0, gt=0, le=2, description="Sampling temperature; the measured answers are greedy."
    )
    control_samples: int = Field(
        10, ge=2, le=64, description="Plain answers of the control, of which the same reward chooses."
    )


@recipe(
    slug="reward-guided-decoding",
    title="Steered by a reward while writing",
    leaf="3.1",
    paper="2310.09520",
    summary="At each step raise the likeliest words by the reward of the answer so far; no weights are changed.",
    config=RewardGuidedDecodingConfig,
    roles=(POLICY, Role("reward-model", "The reward model that is taken from another run; leave it empty.")),
    needs=("reward-model",),
    makes=(),
)
def reward_guided_decoding(config: RewardGuidedDecodingConfig) -> Composition:
    """Alignment at decode time: the policy proposes the next word, a reward model has a say in it.

    At each step the policy's likeliest words are tried. The reward model, which reads along with a cache of its own,
    scores the answer so far with each of them, and the scores are added to the logits with a weight. The next word is
    drawn from these few, or with the measured answers it is the best of them. Policy and reward model stay
    what they are; another reward model steers the same policy elsewhere.

    This follows RAD (arXiv 2310.09520), which steers GPT-2 with a small unidirectional reward model. Departures: the
    reward model is one that another run has fitted to whole answers, and the reward of an unfinished answer is what
    it would give if the answer ended there, where the paper trains on every beginning of a text; rewards are not held
    between 0 and 1, so that weights are not comparable with the paper's; ten words instead of twenty by default.

    The control is best-of-n by the same reward model, with as many whole answers as words are weighed at a step: about
    as many tokens are read by the reward model, and many more are written by the policy.

    Reading it: the steered answers' accuracy beside that of plain ones, and the operator against its control. Steering
    that raises the reward and not the accuracy follows the reward model's errors, which begin early in an answer: the
    model was fitted to whole ones. A weight too high gives broken text, so look at the traces and at the share of
    degenerate answers; at weight 0 steered and plain answers agree.
    """
    steered = Guided(config.temperature, config.max_tokens, config.top_k, config.weight, drafts=1)
    measured = Guided(0.0, config.max_tokens, config.top_k, config.weight)
    fresh = Sample(config.control_samples, config.temperature, config.max_tokens)
    return Composition(
        (Phase(steered, (Reward(),), (Branch(KeepFinal()),)),),
        answer_tokens=config.max_tokens,
        answer=measured,
        arms=(Arm("plain", Greedy(config.max_tokens), once=True),),
        control=Phase(fresh, (Reward(),), (Branch(BestOfN(Reward.kind)),)),
        measures=("guidance",),
    )
