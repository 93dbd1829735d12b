"""The model gives itself feedback and revises, until the feedback asks for nothing more. Nothing is trained."""

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import FOLDED, RecipeConfig, with_default
from experiments.alignment.prompts.refining import FEEDBACK
from experiments.alignment.proposers.refine_from import RefineFrom
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.best_worst import BestWorst
from experiments.alignment.selectors.keep_final import KeepFinal
from experiments.alignment.signals.judge_scalar import JudgeScalar


class SelfRefineConfig(RecipeConfig):
    """Settings of self-refine."""

    iterations: int = with_default(
        RecipeConfig, "iterations", 1, "Rounds over the train prompts; nothing changes between them."
    )
    operator_prompts: int = with_default(
        RecipeConfig, "operator_prompts", 64, "Probe prompts on which refining is measured."
    )
    rounds: int = Field(2, ge=1, le=8, description="Most revisions of an answer.")
    temperature: float = Field(0.8, gt=0, le=2, description="Sampling temperature of the drafts.")
    feedback_tokens: int = Field(
        48, ge=8, le=1024, description="Longest feedback, in tokens.", json_schema_extra=FOLDED
    )


@recipe(
    slug="self-refine",
    title="Feedback and revision without training",
    leaf="1.2",
    paper="2303.17651",
    summary="Draft, give feedback, revise, until the feedback asks for no change; no weights are changed.",
    config=SelfRefineConfig,
    roles=(
        POLICY,
        Role("critic", "The model that gives feedback; by default the policy itself."),
    ),
    makes=(),
    data="format-rules",
)
def self_refine(config: SelfRefineConfig) -> Composition:
    """One model drafts, says what to change, and changes it; the question is whether the answers become better.

    For each prompt the model writes a draft and then, in a conversation of its own, feedback on it. Unless the feedback
    says that no change is needed, the model revises the answer by it, up to the set number of rounds. The last answer
    counts. Nothing is trained, so accuracy stays what it was: the operator and its control are the result.

    This follows Self-Refine (arXiv 2303.17651). Departures: one wording of feedback and revision for every
    task and no examples, where the paper writes some for each of seven tasks; earlier rounds are not shown again; the
    feedback ends the refinement by a fixed sentence and not by a score.

    The control is best-of-n at equal samples: as many fresh answers as there are drafts and revisions at most, each
    scored once by the same model as judge, and the best score wins.

    Reading it: final answer against the draft, with fixes and breaks beside it and their exact test. Without outside
    knowledge large models were found to lose by this (arXiv 2310.01798), so breaks above fixes are a plausible
    result. If the control does better, the samples helped and not the feedback. Many unchanged revisions mean
    that the model repeats itself, longer ones that it pads.
    """
    words = (FEEDBACK, config.rounds, config.temperature, 0.0, config.max_tokens)
    propose = RefineFrom(*words, critique_tokens=config.feedback_tokens, critic="critic")
    fresh = Sample(1 + config.rounds, config.temperature, config.max_tokens)
    judged = JudgeScalar(role="critic", max_tokens=config.feedback_tokens)
    return Composition(
        (Phase(propose, (), (Branch(KeepFinal()),)),),
        answer_tokens=config.max_tokens,
        control=Phase(fresh, (judged,), (Branch(BestWorst(JudgeScalar.kind)),)),
        measures=("refinement",),
    )
