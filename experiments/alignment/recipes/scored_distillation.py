"""Answers of several models, rated by a teacher aspect by aspect; the best is preferred to a random other."""

from pydantic import Field, field_validator

from experiments.alignment.composition import CONTROL, Arm, Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.judges.aspects import NAMES, aspects_named
from experiments.alignment.learners import DPO
from experiments.alignment.proposers.greedy import Greedy
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.proposers.sources import SampleSources, Source
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.best_random import BestRandom
from experiments.alignment.selectors.best_worst import BestWorst
from experiments.alignment.selectors.random_pair import RandomPair
from experiments.alignment.signals.aspect_ratings import AspectRatings

TEACHER, PEER, JUDGE = "teacher", "peer", "judge"


class ScoredDistillationConfig(TrainingConfig):
    """Settings of the scored distillation."""

    own: int = Field(2, ge=0, le=32, description="Answers of the policy to each prompt.")
    taught: int = Field(2, ge=1, le=32, description="Answers of the teacher to each prompt.")
    others: int = Field(
        0,
        ge=0,
        le=32,
        description="Answers of the peer, a further model, to each prompt; bind one to that role.",
    )
    temperature: float = Field(0.8, gt=0, le=2, description="Sampling temperature of all of them.")
    aspects: tuple[str, ...] = Field(
        NAMES, min_length=1, description=f"What the answers are rated by, some of: {', '.join(NAMES)}."
    )
    judge_tokens: int = Field(
        64, ge=8, le=1024, description="Longest rating of one aspect, in tokens.", json_schema_extra=FOLDED
    )
    beta: float = Field(0.1, gt=0, le=10, description="How closely DPO holds to the previous checkpoint.")
    learning_rate: float = with_default(TrainingConfig, "learning_rate", 2e-4)
    epochs: int = with_default(TrainingConfig, "epochs", 1, "Passes over the pairs of a round.")
    control: bool = Field(True, description="Also train the cheap control: random pairs of the same answers.")

    @field_validator("aspects")
    @classmethod
    def _known(cls, aspects: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [name for name in aspects if name not in NAMES]:
            raise ValueError(f"there is no aspect {unknown[0]!r}; there are {', '.join(NAMES)}")
        return aspects

    @property
    def sources(self) -> tuple[Source, ...]:
        """Who answers, in the order of the candidates."""
        asked = (Source("policy", self.own), Source(TEACHER, self.taught), Source(PEER, self.others))
        return tuple(source for source in asked if source.n)


@recipe(
    slug="scored-distillation",
    title="Ratings of a teacher as preferences",
    leaf="2.3",
    paper="2310.16944",
    summary="Several models answer, a teacher rates each answer by aspects, DPO prefers the best to a random other.",
    config=ScoredDistillationConfig,
    roles=(
        POLICY,
        Role(TEACHER, "The stronger model that answers beside the policy and rates.", required=True),
        Role(PEER, "A further model that answers, where others is above 0; by default the policy."),
        Role(JUDGE, "The model that rates the answers; by default the teacher."),
    ),
    data="format-rules",
)
def scored_distillation(config: ScoredDistillationConfig) -> Composition:
    """A stronger model's judgement is distilled, not only its answers: it says how good each answer is, and why.

    Each round the policy and the teacher (and a peer, if there is one) answer every train prompt. The judge, by
    default the teacher, rates each answer from 1 to 5 by aspects: instruction following, truthfulness, honesty
    and helpfulness, each in a conversation of its own and with a sentence of reasons. The highest mean is chosen, a
    random one of the lower ones is rejected, and DPO learns the pair from the previous checkpoint. All of it is
    read from written text, so that teacher and judge may stand behind an endpoint.

    This follows Zephyr (arXiv 2310.16944) on ratings in the manner of UltraFeedback (arXiv 2310.01377). Departures: two
    or three models, one of them the student itself, where UltraFeedback draws four of seventeen; an answer is rated
    alone, where there all four are rated together; the rejected one is drawn among the lower rated answers, so
    that equals form no pair; several rounds on newly sampled answers; no stage of imitation before (run
    response-distillation first); low-rank adapters.

    The control arm learns random pairs of the same answers on the same prompts. At decode time the best rated of
    all answers is compared with the best rated of as many answers of the policy alone.

    Reading it: four ratings are worth more than one only if they differ; a mean correlation near 1 is one impression
    under four names (a halo). Where the source alone tells which answer was chosen, the pairs teach to sound like
    the teacher; where length does, to say more. Compare the judge with the data's check before anything else: at one
    half it is a coin. Published agreement of such ratings with people was about 60 %.
    """
    judge = AspectRatings(aspects_named(config.aspects), JUDGE, config.judge_tokens)
    select = BestRandom(judge.kind)
    branches = [Branch(select, DPO(beta=config.beta, **config.learner_settings()))]
    if config.control:
        learn = DPO(role=CONTROL, beta=config.beta, **config.learner_settings())
        branches.append(Branch(RandomPair(select), learn))
    propose = SampleSources(config.sources, config.temperature, config.max_tokens)
    own = Sample(sum(source.n for source in config.sources), config.temperature, config.max_tokens)
    return Composition(
        (Phase(propose, (judge,), tuple(branches)),),
        answer_tokens=config.max_tokens,
        arms=(Arm(TEACHER, Greedy(config.max_tokens, TEACHER), once=True),),
        control=Phase(own, (judge,), (Branch(BestWorst(judge.kind)),)),
        measures=("teacher", "aspects", "confound"),
        stand_ins=((JUDGE, TEACHER),),
    )
