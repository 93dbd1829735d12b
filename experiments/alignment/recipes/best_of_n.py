"""Sample many, keep the best by a reward, learn it, repeat."""

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.learners import SFT
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.reward_learning import JUDGES, Scalar, scalar_source
from experiments.alignment.selectors.best_of_n import BestOfN, RandomOne


class BestOfNConfig(TrainingConfig):
    """Settings of best-of-n."""

    signal: Scalar = Field(
        "judge",
        description="What scores the answers: a judge, a panel of three, another run's reward-model, or the check.",
    )
    samples: int = Field(8, ge=2, le=64, description="Answers sampled for each prompt; the best one is kept.")
    temperature: float = Field(1.0, gt=0, le=2, description="Sampling temperature.")
    operator_prompts: int = with_default(TrainingConfig, "operator_prompts", 64)
    control: bool = Field(
        True,
        description="Also train the control: on a random one of the same answers instead of the best.",
        json_schema_extra=FOLDED,
    )


@recipe(
    slug="best-of-n",
    title="Learn the best of many samples",
    leaf="3.1",
    paper="2304.06767",
    summary="Sample many answers, keep the one that scores best, fine-tune on it, repeat.",
    config=BestOfNConfig,
    roles=(
        POLICY,
        *JUDGES,
        Role("reward-model", "The reward model that is taken from another run; leave it empty."),
    ),
    takes=("reward-model",),
)
def best_of_n(config: BestOfNConfig) -> Composition:
    """Search by a reward at sampling time becomes a policy that needs no search.

    Each round the newest checkpoint answers every train prompt several times. A scalar says how good each answer is: a
    judge's expected grade, a reward model that another run has fitted, or the check of the data set. The answer of the
    highest score becomes a demonstration, and the checkpoint is fine-tuned on these. A prompt whose answers all score
    alike is left out.

    This follows RAFT (arXiv 2304.06767). Departures: the judge stands for a reward model where none is taken; prompts
    without a best answer are dropped, where the paper keeps any; ties are broken by chance; low-rank adapters.

    The trained control learns from a random one of the same samples on the same prompts, so that what it lacks is the
    choice alone.

    Reading it: for 1, 2, 4 … samples the metrics tell what the signal promises of its best one and how often that one
    is right, without bias, at every n below the number of samples. The signal's curve always rises. Where the curve of
    right answers turns down, the signal is over-optimised: its favourites are those that it overrates, and the last
    doubling has a negative gain. A signal with ordinary noise does not do that, one with rare, large errors does. A
    control that does as well shows that fine-tuning on own samples was all there was.
    """
    source = scalar_source(config.signal)
    select = BestOfN(source.kind)
    branches = [Branch(select, SFT(**config.learner_settings()))]
    if config.control:
        branches.append(Branch(RandomOne(select), SFT(role="control", **config.learner_settings())))
    return Composition(
        (Phase(Sample(config.samples, config.temperature, config.max_tokens), (source,), tuple(branches)),),
        answer_tokens=config.max_tokens,
        measures=("best_of_n", "verifier"),
    )
