"""Sample several answers, keep those that agree with the majority, learn from them."""

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import TrainingConfig
from experiments.alignment.learners import SFT
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import recipe
from experiments.alignment.selectors.majority import Majority
from experiments.alignment.selectors.most_probable import MostProbable
from experiments.alignment.signals.vote import Vote


class SelfConsistencyConfig(TrainingConfig):
    """Settings of self-consistency."""

    samples: int = Field(8, ge=2, le=64, description="Answers sampled for each prompt; they are the voters.")
    temperature: float = Field(0.7, gt=0, le=2, description="Sampling temperature.")
    threshold: float = Field(
        0.5, ge=0, le=1, description="Least share of all samples that the majority's answer must have."
    )
    per_prompt: int = Field(1, ge=1, le=64, description="Answers kept of each prompt in a round, at most.")


@recipe(
    slug="self-consistency",
    title="The majority of samples is the label",
    leaf="1.1",
    paper="2210.11610",
    summary="Sample answers, take the commonest as the label where enough agree, learn from those that say it, repeat.",
    config=SelfConsistencyConfig,
)
def self_consistency(config: SelfConsistencyConfig) -> Composition:
    """The model learns what most of its own samples say. No answer is ever looked up: agreement is the whole
    signal.

    Each round the newest checkpoint answers every train prompt several times. The answers are read as the
    check of the data set would read them (the last number, the label) and counted. Where the commonest has at
    least the threshold's share, samples that say it become demonstrations; ties, smaller majorities and
    unreadable answers teach nothing.

    This follows LMSI (arXiv 2210.11610), which trains on the majority votes of self-consistency (arXiv
    2203.11171).

    Departures: one prompt format, where the paper mixes four, and no chain of thought unless the prompts ask
    for one; one answer a prompt by default; low-rank adapters on the checkpoint before; several rounds, where
    the paper has one.

    The vote is compared at equal samples with sample-and-rank: the likeliest of as many samples, as in arXiv
    2203.11171. A random one of them would be no stronger than one plain sample, which the operator gain
    compares with already.

    Reading it: the operator gain says what voting adds before any training; training can keep that and little
    more. Where the model is surely wrong the vote is wrong too: look at the precision of the kept answers (it
    should lie above the accuracy of the majority) and at the calibration error. Entropy always falls; where
    accuracy does not rise with it, the model has only stopped to disagree with itself. A share of kept
    prompts that grows meanwhile is no good sign.
    """
    learn = SFT(**config.learner_settings())
    propose = Sample(config.samples, config.temperature, config.max_tokens)
    select = Majority(config.threshold, config.per_prompt)
    return Composition(
        (Phase(propose, (Vote(),), (Branch(select, learn),)),),
        answer_tokens=config.max_tokens,
        control=Phase(propose, (), (Branch(MostProbable()),)),
        measures=("consistency",),
    )
