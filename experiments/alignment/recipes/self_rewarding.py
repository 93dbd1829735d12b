"""The policy judges its own answers and learns to prefer the better ones."""

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.learners import DPO
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.best_worst import BestWorst
from experiments.alignment.selectors.random_pair import RandomPair
from experiments.alignment.signals.judge_scalar import JudgeScalar


class SelfRewardingConfig(TrainingConfig):
    """Settings of self-rewarding."""

    samples: int = Field(4, ge=2, le=64, description="Answers sampled for each prompt.")
    temperature: float = Field(0.8, gt=0, le=2, description="Sampling temperature.")
    judge_repeats: int = Field(
        1, ge=1, le=16, description="Verdicts drawn for each answer; their mean is its score."
    )
    judge_tokens: int = Field(
        64, ge=8, le=1024, description="Longest verdict, in tokens.", json_schema_extra=FOLDED
    )
    margin: float = Field(
        0.0,
        ge=0,
        le=5,
        description="Least difference of scores between chosen and rejected.",
        json_schema_extra=FOLDED,
    )
    beta: float = Field(0.1, gt=0, le=10, description="How closely DPO holds to the previous checkpoint.")
    learning_rate: float = with_default(TrainingConfig, "learning_rate", 2e-4)
    epochs: int = with_default(TrainingConfig, "epochs", 1, "Passes over the pairs of a round.")
    control: bool = Field(True, description="Also train the cheap control: random pairs of the same samples.")


def _dpo(config: SelfRewardingConfig, role: str) -> DPO:
    return DPO(role=role, init_from="previous", beta=config.beta, **config.learner_settings())


@recipe(
    slug="self-rewarding",
    title="The model rewards itself",
    leaf="1.2",
    paper="2401.10020",
    summary="Sample answers, let the model score its own by a rubric, prefer the best to the worst, repeat.",
    config=SelfRewardingConfig,
    roles=(
        POLICY,
        Role("judge", "The model that scores answers; by default the policy of the round itself."),
    ),
)
def self_rewarding(config: SelfRewardingConfig) -> Composition:
    """The model is its own judge, and judge and author improve together, or drift together.

    Each round the newest checkpoint answers every train prompt several times and then, in a separate
    conversation, scores each answer from 0 to 5 by a rubric. The best and the worst answer of a prompt form a
    preference; equal scores form none. DPO starts from the previous checkpoint, which is also its reference.

    This follows Self-Rewarding Language Models (arXiv 2401.10020). Departures: no judge-training stage (the
    paper first fine-tunes on judged examples, so expect a weaker judge and more ties here); prompts are
    fixed, not newly generated; one verdict an answer by default, where the paper averages three; low-rank
    adapters; an own, shorter rubric with three worked examples.

    The control arm starts each round from the same checkpoint as the loop and learns from random pairs: the
    same prompts and samples, as many pairs. So each round compares the judge's labels with chance.

    Reading it: first look at the operator gain. An interval around 0 means that the judge is no better than
    chance, and then no training can help. Then compare the loop with its control on gold, and look at ties
    and unreadable verdicts. A proxy that rises while accuracy does not is the model flattering itself. Small
    models are often such judges: the page then says so, and that is the result.
    """
    select = BestWorst(JudgeScalar.kind, config.margin)
    judge = JudgeScalar(repeats=config.judge_repeats, max_tokens=config.judge_tokens)
    branches = [Branch(select, _dpo(config, "policy"))]
    if config.control:
        branches.append(Branch(RandomPair(select), _dpo(config, "control")))
    propose = Sample(config.samples, config.temperature, config.max_tokens)
    return Composition((Phase(propose, (judge,), tuple(branches)),), answer_tokens=config.max_tokens)
