"""Train into the model what a context in its prompt made it do."""

from pydantic import Field

from experiments.alignment.composition import Arm, Branch, Composition, Phase
from experiments.alignment.config import TrainingConfig, with_default
from experiments.alignment.learners import SFT
from experiments.alignment.prompts.contexts import CALCULATOR
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.proposers.under_context import UnderContext
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.accept_all import AcceptAll
from experiments.alignment.signals.context_gap import ContextGap

TEACHER = "base"


class ContextDistillationConfig(TrainingConfig):
    """Settings of context distillation."""

    iterations: int = with_default(
        TrainingConfig, "iterations", 1, "Rounds; the teacher stays the model before training in all of them."
    )
    context: str = Field(
        CALCULATOR,
        min_length=1,
        max_length=8000,
        description="The context to distil: principles, a persona or examples, put before the prompt's system message.",
    )
    samples: int = Field(2, ge=1, le=64, description="Answers sampled under the context for each prompt.")
    temperature: float = Field(
        1.0, gt=0, le=2, description="Sampling temperature; the divergence is a KL only at 1."
    )


@recipe(
    slug="context-distillation",
    title="A context is trained into the model",
    leaf="1.3",
    paper="2112.00861",
    summary="Sample answers under a context, train the model to give them without it.",
    config=ContextDistillationConfig,
    roles=(
        POLICY,
        Role(TEACHER, "The model that sees the context; by default the policy before any training."),
    ),
)
def context_distillation(config: ContextDistillationConfig) -> Composition:
    """What the model does when told how, it learns to do untold: the context becomes weights.

    The model before training answers every train prompt with a context at the head of the system message:
    principles, a persona, or worked examples. Its answers become demonstrations for the same prompts
    *without* the context. No answer is judged and none is left out, except empty and repeated ones.

    This follows context distillation (arXiv 2112.00861), whose loss is the divergence of the model without
    the context from the model with it; sampling at temperature 1 and cross-entropy is that loss, estimated by
    samples.

    Departures: cross-entropy on samples, where the paper matches the distributions of the 50 likeliest
    tokens; only the prompts of the data set; no check by a reward model of whether the context helped, as
    Llama 2 (2307.09288) has it.

    The operator is the model with the context; its control draws as many samples without.

    Reading it: first compare the operator with its control: a context that does not help is distilled as
    faithfully as one that does. The divergence closed says how much of the context went in, the accuracy gap
    closed how much of its use. The second has no value where the context hardly changes accuracy. Answers
    that quote the context have learned its words instead of what it asks for; a drift of length shows a style
    that came along.
    """
    learn = SFT(**config.learner_settings())
    sampled = UnderContext(config.context, config.samples, config.temperature, config.max_tokens, TEACHER)
    plain = Sample(config.samples, config.temperature, config.max_tokens)
    greedy = UnderContext(config.context, 1, 0.0, config.max_tokens, TEACHER)
    return Composition(
        (Phase(sampled, (ContextGap(TEACHER),), (Branch(AcceptAll(), learn),)),),
        answer_tokens=config.max_tokens,
        arms=(Arm("context", greedy, once=True),),
        control=Phase(plain, (), (Branch(AcceptAll()),)),
        measures=("context",),
    )
