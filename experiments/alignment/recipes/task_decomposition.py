"""Long questions are answered in small steps, and the direct answer learns what the steps agree on."""

from typing import Literal

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.learners import SFT
from experiments.alignment.ports import Proposer
from experiments.alignment.proposers.decompose import AsManyDirect, DecomposeSums
from experiments.alignment.proposers.decompose_model import DecomposeByModel
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import recipe
from experiments.alignment.selectors.majority import Majority
from experiments.alignment.signals.agreement import Agreement
from experiments.alignment.signals.vote import Vote


class TaskDecompositionConfig(TrainingConfig):
    """Settings of task-decomposition."""

    variants: int = Field(
        3, ge=2, le=8, description="Equivalent orders in which each question is decomposed, at most."
    )
    split_by: Literal["rule", "model"] = Field(
        "rule",
        description="Who decomposes: a rule that cuts sums, or the model itself, for questions of any kind.",
    )
    start_terms: int = Field(
        3,
        ge=2,
        le=64,
        description="Most terms that are decomposed in the first round; each later one adds one.",
    )
    agreement: float = Field(
        1.0, gt=0.5, le=1, description="Least share of the orders that must give the same answer."
    )
    temperature: float = Field(0.0, ge=0, le=2, description="Sampling temperature of every step of the rule.")
    control_temperature: float = Field(
        0.8,
        gt=0,
        le=2,
        description="Sampling temperature of the direct answers that the control votes over, "
        "and of every step that the model plans itself.",
        json_schema_extra=FOLDED,
    )
    max_tokens: int = with_default(
        TrainingConfig, "max_tokens", 16, "Longest answer to one step or question, in tokens."
    )


def _by_rule(config: TaskDecompositionConfig) -> tuple[Proposer, Proposer]:
    """The proposer of decompositions, and that of its control at equal samples."""
    propose = DecomposeSums(config.variants, config.start_terms, config.temperature, config.max_tokens)
    return propose, AsManyDirect(config.variants, config.control_temperature, config.max_tokens)


def _by_model(config: TaskDecompositionConfig) -> tuple[Proposer, Proposer]:
    propose = DecomposeByModel(
        config.variants, temperature=config.control_temperature, max_tokens=config.max_tokens
    )
    return propose, Sample(propose.calls, config.control_temperature, config.max_tokens)


@recipe(
    slug="task-decomposition",
    title="Solve in steps, learn the whole",
    leaf="1.4",
    paper="1810.08575",
    summary="Decompose long questions, keep the answers on which equivalent decompositions agree, learn them directly.",
    config=TaskDecompositionConfig,
    data="long-sums",
)
def task_decomposition(config: TaskDecompositionConfig) -> Composition:
    """The model answers in many small steps what it cannot answer in one, and then learns to answer it in one.

    Amplify: a long sum is cut into small ones; the policy answers each, given the answers before it, along several
    equivalent orders of the terms. Filter: an answer counts only where the orders agree. Distil: the policy is
    fine-tuned on the direct question with that answer. Each round admits questions with one term more than the last.

    This follows iterated amplification (arXiv 1810.08575), with the answers passed on as in least-to-most prompting
    (arXiv 2205.10625) and the agreement of commuted queries of SECToR (arXiv 2309.08589).

    Departures: by default sums are cut by a rule, where the papers let the model write the sub-questions (switch
    `split_by` to model for that; then there are no equivalent orders, only plans written anew); steps are asked one by
    one in conversations of their own; low-rank adapters; training goes on from the previous checkpoint with this
    round's answers alone; under the rule, questions that hold no sum are answered directly and teach nothing.

    The control at equal samples is the majority of as many direct answers as the decompositions take calls.

    Reading it: compare the root's accuracy with what its parts predict: if it follows the product, a small error in
    each step grows with the number of steps. Agreement should raise precision; where not, the orders share their
    errors. Accuracy by number of terms and the frontier show whether distillation moves beyond what the direct answer
    could do before. If the operator does not beat its control, voting over direct answers is the cheaper amplifier.
    """
    learn = SFT(init_from="previous", **config.learner_settings())
    propose, control = _by_rule(config) if config.split_by == "rule" else _by_model(config)
    branch = Branch(Majority(config.agreement, kind=Agreement.kind), learn)
    votes = Phase(control, (Vote(),), (Branch(Majority(threshold=0.0)),))
    return Composition(
        (Phase(propose, (Agreement(),), (branch,)),),
        answer_tokens=config.max_tokens,
        control=votes,
        measures=("decomposition",),
    )
