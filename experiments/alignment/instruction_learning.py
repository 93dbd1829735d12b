"""What recipes that make instructions share: their settings, and the phase in which the instructions are answered."""

from pydantic import Field

from experiments.alignment.composition import CONTROL, Arm, Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.filters.answers import OF_ANSWERS
from experiments.alignment.filters.meaning import OFF
from experiments.alignment.learners import SFT, CommitPool
from experiments.alignment.ports import Proposer
from experiments.alignment.proposers.answer_instructions import AnswerInstructions
from experiments.alignment.proposers.greedy import Greedy
from experiments.alignment.selectors.passed_filters import PassedFilters
from experiments.alignment.signals.filtered import Filtered

TEACHER = "teacher"


class InstructionConfig(TrainingConfig):
    """Settings of making instructions and learning the answers to them."""

    prompts: int = with_default(
        TrainingConfig, "prompts", 64, "Train prompts from which instructions are made in each round."
    )
    chunk_prompts: int = with_default(
        TrainingConfig,
        "chunk_prompts",
        64,
        "Prompts that are asked and committed together; new instructions are compared with each other within them.",
    )
    novelty: float = Field(
        0.7,
        gt=0,
        le=1,
        description="ROUGE-L with an instruction held already from which a new one is dropped as a repetition.",
    )
    meaning: float = Field(
        OFF,
        gt=0,
        le=1,
        description="Cosine of the model's vectors from which a new instruction means what another one does and is "
        "dropped; small models put paraphrases near 0.5. At 1 no vectors are compared.",
        json_schema_extra=FOLDED,
    )
    instruction_tokens: int = Field(
        64, ge=8, le=1024, description="Longest new instruction, in tokens.", json_schema_extra=FOLDED
    )
    answer_temperature: float = Field(
        0.7,
        gt=0,
        le=2,
        description="Sampling temperature of the answers that are learned.",
        json_schema_extra=FOLDED,
    )
    control: bool = Field(
        True, description="Also train the control: on as many answers to the train prompts themselves."
    )
    compare: bool = Field(
        False,
        description="Measure the teacher on the held-out prompts, too; worth its time where one is bound.",
        json_schema_extra=FOLDED,
    )


def pooled_and_answered(config: InstructionConfig, propose: Proposer) -> Composition:
    """Instructions join the pool in one phase and are answered in the next; the base learns all rounds' answers."""
    answers = AnswerInstructions(
        own=config.control,
        temperature=config.answer_temperature,
        max_tokens=config.max_tokens,
        role=TEACHER,
    )
    pool = Phase(propose, (), (Branch(PassedFilters("instructions"), CommitPool()),))
    return Composition(
        (pool, Phase(answers, (Filtered(OF_ANSWERS),), _branches(config))),
        answer_tokens=config.max_tokens,
        main=1,
        arms=(Arm(TEACHER, Greedy(config.max_tokens, TEACHER), once=True),) if config.compare else (),
        measures=("instructions", "teacher"),
        operates=False,
    )


def _branches(config: InstructionConfig) -> tuple[Branch, ...]:
    learn = SFT(init_from="base", data="accumulated", **config.learner_settings())
    made = Branch(PassedFilters("answers to instructions"), learn)
    if not config.control:
        return (made,)
    return made, Branch(PassedFilters("answers to prompts"), learn.model_copy(update={"role": CONTROL}))
