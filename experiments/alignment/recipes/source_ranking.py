"""Answers ranked by where they come from make the pairs of a reward model, and the student follows it."""

from typing import Literal

from pydantic import Field

from experiments.alignment.composition import CONTROL, Arm, Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.learners import DPO, SFT, RewardModel
from experiments.alignment.prompts.contexts import CALCULATOR
from experiments.alignment.proposers.greedy import Greedy
from experiments.alignment.proposers.ranked_sources import RankedSources
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.proposers.sources import Source
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.best_of_n import BestOfN, RandomOne
from experiments.alignment.selectors.best_worst import BestWorst
from experiments.alignment.selectors.most_probable import MostProbable
from experiments.alignment.selectors.ordered_pairs import OrderedPairs
from experiments.alignment.selectors.random_pair import RandomPair
from experiments.alignment.signals.reward import Reward

TEACHER = "teacher"


class SourceRankingConfig(TrainingConfig):
    """Settings of the ranking by source."""

    better: str = Field(
        CALCULATOR,
        min_length=1,
        max_length=8000,
        description="What the teacher is told before the prompt where it is to do best: instructions, examples.",
    )
    temperature: float = Field(0.8, gt=0, le=2, description="Sampling temperature of all sources.")
    filter: bool = Field(
        True,
        description="From round 2 on, drop pairs that the reward model of the round before orders otherwise.",
    )
    learner: Literal["dpo", "best-of-n"] = Field(
        "dpo",
        description="What the student learns of its own samples: to prefer the best rewarded to the worst (dpo), or to "
        "imitate the best (best-of-n).",
    )
    samples: int = Field(4, ge=2, le=64, description="Answers of the student that are rewarded, a prompt.")
    beta: float = Field(0.1, gt=0, le=10, description="How closely DPO holds to the previous checkpoint.")
    learning_rate: float = with_default(TrainingConfig, "learning_rate", 2e-4)
    epochs: int = with_default(
        TrainingConfig, "epochs", 1, "Passes of the student over the samples of a round."
    )
    reward_epochs: int = Field(
        2, ge=1, le=50, description="Passes of the reward model over its pairs.", json_schema_extra=FOLDED
    )
    control: bool = Field(
        True, description="Also train the cheap control: chance in the reward's place, on the same samples."
    )


def _ranking(config: SourceRankingConfig) -> Phase:
    sources = (Source(TEACHER, context=config.better), Source(TEACHER), Source("policy"))
    fit = RewardModel(data="accumulated", **{**config.learner_settings(), "epochs": config.reward_epochs})
    return Phase(
        RankedSources(sources, config.temperature, config.max_tokens),
        (Reward(),),
        (Branch(OrderedPairs(veto=Reward.kind if config.filter else ""), fit),),
    )


def _branches(config: SourceRankingConfig) -> tuple[Branch, ...]:
    settings = config.learner_settings()
    if config.learner == "best-of-n":
        best = BestOfN(Reward.kind)
        treated, control = (
            Branch(best, SFT(**settings)),
            Branch(RandomOne(best), SFT(role=CONTROL, **settings)),
        )
    else:
        pair = BestWorst(Reward.kind)
        treated = Branch(pair, DPO(beta=config.beta, **settings))
        control = Branch(RandomPair(pair), DPO(role=CONTROL, beta=config.beta, **settings))
    return (treated, control) if config.control else (treated,)


@recipe(
    slug="source-ranking",
    title="Pairs by source instead of by judge",
    leaf="2.3",
    paper="2305.13735",
    summary="A teacher told well, the teacher, the student: by that order a reward model is fitted and followed.",
    config=SourceRankingConfig,
    roles=(
        POLICY,
        Role(TEACHER, "The stronger model whose answers rank above the student's.", required=True),
        Role("reward-model", "The reward model that this run trains; leave it empty."),
    ),
    makes=("checkpoint", "reward-model"),
)
def source_ranking(config: SourceRankingConfig) -> Composition:
    """Nobody judges: an answer is taken to be better because a better source wrote it.

    In the first phase each train prompt is answered by the teacher with good instructions and examples, by the teacher
    plainly, and by the student. Every two of the three answers form a pair in that order, and a reward model is
    fitted to them, anew from the base and on the pairs of all rounds. In the second phase the student answers
    each prompt several times, the reward model scores its answers, and the student learns to prefer the best to the
    worst, or imitates the best.

    This follows ALMoST (arXiv 2305.13735). Departures: three sources, where the paper crosses three sizes of model with
    numbers of examples; the filter is the reward model of the round before, where the paper trains one on answers
    of a question-and-answer site; DPO or imitation of the best in place of a policy gradient; every round ranks the
    newest student below the teacher; low-rank adapters.

    The control arm learns from the same samples of the student with chance in the reward's place. At decode time the
    best rewarded sample is compared with a plain one, and with the likeliest of as many.

    Reading it: begin with the source pairs in the right order, where the check can tell them apart: near one half the
    order of the sources is no order of quality, and all that follows is noise. Then whether the reward model orders the
    student's own right and wrong answers: all it was shown is who wrote what, and answers told by length alone
    say that it may have learned no more than that. The filter helps if the kept pairs are more often right than all of
    them. A student that passes its teacher makes the order wrong.
    """
    sample = Sample(config.samples, config.temperature, config.max_tokens)
    return Composition(
        (_ranking(config), Phase(sample, (Reward(),), _branches(config))),
        answer_tokens=config.max_tokens,
        main=1,
        arms=(Arm(TEACHER, Greedy(config.max_tokens, TEACHER), once=True),),
        control=Phase(sample, (), (Branch(MostProbable()),)),
        measures=("teacher", "source_order", "preference_model", "confound"),
    )
