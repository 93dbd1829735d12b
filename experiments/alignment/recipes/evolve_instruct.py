"""Prompts are made harder step by step; a model answers what they have become and learns its answers."""

from pydantic import Field

from experiments.alignment.composition import Composition
from experiments.alignment.config import with_default
from experiments.alignment.filters.instructions import OF_TASKS, CopiedRequest, NoGain, of_copies
from experiments.alignment.instruction_learning import TEACHER, InstructionConfig, pooled_and_answered
from experiments.alignment.prompts.instructing import OPERATORS
from experiments.alignment.proposers.evolve import Evolve
from experiments.alignment.registry import POLICY, Role, recipe


class EvolveInstructConfig(InstructionConfig):
    """Settings of the evolution of instructions."""

    iterations: int = with_default(
        InstructionConfig,
        "iterations",
        2,
        "Rounds; each evolves newly drawn prompts and trains on all so far.",
    )
    generations: int = Field(
        2, ge=1, le=8, description="How often each prompt is evolved, one time after the other."
    )
    breadth: bool = Field(
        True, description="Evolve in breadth as well: towards another, rarer task of the same kind."
    )
    temperature: float = Field(
        0.7, gt=0, le=2, description="Sampling temperature of the evolved instructions."
    )
    gain: float = Field(
        0.9,
        gt=0,
        le=1,
        description="ROUGE-L with its parent from which an evolved instruction adds nothing and is dropped.",
    )
    novelty: float = with_default(
        InstructionConfig,
        "novelty",
        0.7,
        "ROUGE-L with an instruction held already from which one evolved in breadth is dropped as a repetition.",
    )


@recipe(
    slug="evolve-instruct",
    title="Instructions that evolve",
    leaf="2.1",
    paper="2304.12244",
    summary="Prompts are rewritten to ask for more, the failures are eliminated, and answers to the rest are learned.",
    config=EvolveInstructConfig,
    roles=(POLICY, Role(TEACHER, "Evolves the instructions and answers them; by default the model itself.")),
    takes=("pool",),
    makes=("checkpoint", "pool"),
    data="format-rules",
)
def evolve_instruct(config: EvolveInstructConfig) -> Composition:
    """Given prompts become harder or rarer ones, generation by generation, and the model learns to answer those.

    In the first phase every prompt is rewritten by an operator that is drawn for it: one more requirement, more
    depth, specific words for general ones, several steps of reasoning, or, in breadth, a rarer task of the same
    kind. An evolution is eliminated if it says what its parent says, talks about being rewritten, was cut off, or is
    no task for text; in breadth also if it repeats another instruction. Then the parent is evolved again. What passes
    joins the pool with its parent and depth on record. In the second phase every evolved instruction is answered;
    answers that decline, say nothing, do not end or copy the question are dropped, and the base model is fine-tuned on
    the others of all rounds so far.

    This follows Evol-Instruct of WizardLM (arXiv 2304.12244). Departures: whether an evolution gains information is
    told by ROUGE-L with its parent, where the paper asks ChatGPT; inputs are not complicated by data formats; the
    prompts as they were are not part of the training set; the newest checkpoint evolves and answers, unless a
    teacher does, while the paper's ChatGPT is far stronger than its student; low-rank adapters.

    The control learns from equally many answers to the prompts as they were, by the same author and through the same
    filters.

    Reading it: the depth that is reached, since a small author copies its parent and most of its evolutions end there.
    Evolved instructions have no reference: nobody says whether their answers are right, and a model that sets itself
    tasks it cannot do learns wrong answers with confidence. Gold asks the data set's own questions, so look whether
    it falls against the control. With a teacher, its lead and the share closed say how much came across.
    """
    evolves = Evolve(
        (*OF_TASKS, NoGain(config.gain), CopiedRequest()),
        of_copies(config.novelty),
        config.generations,
        config.temperature,
        config.instruction_tokens,
        tuple(operator for operator in OPERATORS if config.breadth or not operator.breadth),
        TEACHER,
        config.meaning,
    )
    return pooled_and_answered(config, evolves)
