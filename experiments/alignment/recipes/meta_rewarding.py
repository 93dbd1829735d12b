"""The policy judges its answers, and judges its judgements too, and learns both."""

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig
from experiments.alignment.judges.pairwise import META
from experiments.alignment.learners import DPO
from experiments.alignment.proposers.judgements import JUDGE, Judgements
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.best_worst_pair import BestWorstPair
from experiments.alignment.selectors.random_pair import RandomPair
from experiments.alignment.selectors.shortest_best import ShortestBest
from experiments.alignment.signals.judge_pair_choice import JudgePairChoice
from experiments.alignment.signals.judge_scalar import JudgeScalar


class MetaRewardingConfig(TrainingConfig):
    """Settings of meta-rewarding."""

    samples: int = Field(4, ge=2, le=64, description="Answers sampled for each prompt.")
    judgements: int = Field(
        3, ge=2, le=16, description="Judgements drawn of one answer and compared with each other."
    )
    temperature: float = Field(0.8, gt=0, le=2, description="Sampling temperature of answers and judgements.")
    judge_tokens: int = Field(
        64, ge=8, le=1024, description="Longest judgement, in tokens.", json_schema_extra=FOLDED
    )
    rho: float = Field(
        0.2,
        ge=0,
        lt=0.5,
        description="Share of the range of scores within which length decides; 0 leaves it to ties.",
    )
    beta: float = Field(
        0.1, gt=0, le=10, description="How closely DPO holds to the checkpoint it starts from."
    )
    control: bool = Field(True, description="Also train the cheap control: random pairs of the same answers.")


def _dpo(config: MetaRewardingConfig, role: str, current: bool = False) -> DPO:
    return DPO(
        role=role,
        init_from="current" if current else "previous",
        beta=config.beta,
        **config.learner_settings(),
        max_length=2048,
    )


@recipe(
    slug="meta-rewarding",
    title="The model judges its judgements",
    leaf="1.2",
    paper="2407.19594",
    summary="Self-rewarding with length control, then the judgements compete too and the better ones are learned.",
    config=MetaRewardingConfig,
    roles=(
        POLICY,
        Role("judge", "The model that scores answers; by default the policy of the round itself."),
        Role("meta-judge", "The model that compares judgements; by default the policy of the round itself."),
    ),
    data="format-rules",
)
def meta_rewarding(config: MetaRewardingConfig) -> Composition:
    """Author, judge and judge of judges are one model, and the judge is trained as well as the author.

    In the first phase the checkpoint answers every train prompt several times and scores each answer. Among the
    answers near the top score the shortest is chosen and among those near the bottom the longest is rejected, which
    holds back the growth of answers; DPO learns these pairs. In the second phase the model draws several judgements of
    one answer a prompt. As meta-judge it compares them with each other in both orders, and DPO goes on from the
    checkpoint of the first phase with the judgement that wins most against the one that wins least.

    This follows Meta-Rewarding (arXiv 2407.19594). Departures: judgements come from the checkpoint after the first
    phase and are learned after it, where the paper trains on both at once; mean wins in place of Elo scores, which
    rank alike when all are compared with all; the meta-judge's choice is read from the probabilities of
    two letters; no judge-training stage before; low-rank adapters.

    The control arm learns from random pairs of the same answers on the same prompts, and from no judgements.

    Reading it: length beside accuracy first, as length control is half of the method. Then the meta-judge: where the
    orders disagree or one place is preferred, its choices are noise, and the second phase teaches noise. The
    operator gain says whether the judge is worth learning from at all. Ties in its scores leave few pairs.
    """
    select = ShortestBest(JudgeScalar.kind, config.rho)
    answers = [Branch(select, _dpo(config, "policy"))]
    if config.control:
        answers.append(Branch(RandomPair(select), _dpo(config, "control")))
    first = Phase(
        Sample(config.samples, config.temperature, config.max_tokens),
        (JudgeScalar(max_tokens=config.judge_tokens),),
        tuple(answers),
    )
    second = Phase(
        Judgements(
            config.judgements,
            temperature=config.temperature,
            max_tokens=config.max_tokens,
            judge_tokens=config.judge_tokens,
        ),
        (JudgePairChoice(META, role="meta-judge", of=JUDGE),),
        (Branch(BestWorstPair(), _dpo(config, "policy", current=True)),),
    )
    return Composition((first, second), answer_tokens=config.max_tokens, measures=("judging",))
