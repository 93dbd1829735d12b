"""A model writes new tasks in the manner of a few given ones, answers them and learns its answers."""

from pydantic import Field

from experiments.alignment.composition import Composition
from experiments.alignment.config import FOLDED
from experiments.alignment.filters.instructions import of_new_instructions
from experiments.alignment.instruction_learning import TEACHER, InstructionConfig, pooled_and_answered
from experiments.alignment.proposers.self_instruct import SelfInstruct
from experiments.alignment.registry import POLICY, Role, recipe


class SelfInstructConfig(InstructionConfig):
    """Settings of self-instruct."""

    per_prompt: int = Field(
        2, ge=1, le=32, description="New instructions written for every train prompt in a round."
    )
    temperature: float = Field(0.9, gt=0, le=2, description="Sampling temperature of the new instructions.")
    human: int = Field(
        6,
        ge=1,
        le=32,
        description="Train prompts among the examples of one request.",
        json_schema_extra=FOLDED,
    )
    machine: int = Field(
        2, ge=0, le=32, description="Pooled instructions among those examples.", json_schema_extra=FOLDED
    )


@recipe(
    slug="self-instruct",
    title="Instructions from a few seeds",
    leaf="2.1",
    paper="2212.10560",
    summary="The model writes new instructions after examples, answers those that are new, and is fine-tuned on them.",
    config=SelfInstructConfig,
    roles=(
        POLICY,
        Role(TEACHER, "Writes the new instructions and answers them; by default the model itself."),
    ),
    takes=("pool",),
    makes=("checkpoint", "pool"),
    data="format-rules",
)
def self_instruct(config: SelfInstructConfig) -> Composition:
    """A few tasks written by people grow into many, and their answers into a training set that nobody wrote.

    In the first phase a request shows examples, six train prompts and two instructions of the pool, and one more task
    is written after them. It is dropped if it is too short or too long, was cut off, needs more than text, or
    repeats a seed, a pooled instruction or one that was just kept: by ROUGE-L, by its words in another order, by its
    letters, and with `meaning` below 1 by the model's vectors. What passes joins the pool, which grows over the rounds
    and can be lent to other runs. In the second phase every new instruction is answered, and answers that say nothing,
    decline, do not end or copy the question are dropped. The base model is fine-tuned on the answers of all rounds so
    far.

    This follows Self-Instruct (arXiv 2212.10560). Departures: one task a request, shown as turns of a chat, where the
    paper lets a list run on; no distinction of classification tasks and no separate inputs; instructions
    are compared with the pool, with the train prompts of the same chunk and with what passed before them in it, not
    with the seeds of other rounds; the newest checkpoint writes and answers, unless a teacher does; low-rank adapters.

    The control learns from equally many answers to the train prompts themselves, by the same author and through the
    same filters: what is gained beyond it is owed to the new instructions.

    Reading it: a generated instruction has no reference, so nobody says whether its answer is right; gold asks the data
    set's own questions. First the filters: where novelty drops nearly all, the author copies its examples. Then
    the pool: distinct openings that fall while it grows, or near-copies, are a collapse of topics. Instructions that
    share a passage with held-out prompts are contamination, and a gain that comes with them is none.
    """
    writes = SelfInstruct(
        of_new_instructions(config.novelty),
        config.per_prompt,
        config.temperature,
        config.instruction_tokens,
        config.human,
        config.machine,
        TEACHER,
        config.meaning,
    )
    return pooled_and_answered(config, writes)
