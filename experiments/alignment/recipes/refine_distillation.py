"""A teacher criticises and revises the student's own answers, and the student learns the difference."""

from typing import Literal

from pydantic import Field

from experiments.alignment.composition import CONTROL, Arm, Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.learners import DPO, SFT
from experiments.alignment.ports import Proposer
from experiments.alignment.prompts.refining import FEEDBACK
from experiments.alignment.proposers.corrections import Corrected, Corrections
from experiments.alignment.proposers.greedy import Greedy
from experiments.alignment.proposers.ranked_sources import RankedSources
from experiments.alignment.proposers.refine_from import RefineFrom
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.proposers.sources import Source
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.constructed_pair import ConstructedPair
from experiments.alignment.selectors.keep_final import KeepFinal
from experiments.alignment.selectors.keep_revision import KeepRevision
from experiments.alignment.selectors.keep_some import KeepSome
from experiments.alignment.selectors.revision_pair import RevisionPair

TEACHER, CORRECTOR = "teacher", "corrector"


class RefineDistillationConfig(TrainingConfig):
    """Settings of the distillation of revisions."""

    learner: Literal["dpo", "sft", "corrector"] = Field(
        "dpo",
        description="Prefer the revision to the draft (dpo), imitate the revision (sft), or train a second model that "
        "corrects what the first one says and leave that one as it is (corrector).",
    )
    rounds: int = Field(1, ge=1, le=4, description="Most revisions of an answer.")
    temperature: float = Field(0.8, gt=0, le=2, description="Sampling temperature of the drafts.")
    critique_tokens: int = Field(
        48, ge=8, le=1024, description="Longest critique, in tokens.", json_schema_extra=FOLDED
    )
    beta: float = Field(0.1, gt=0, le=10, description="How closely DPO holds to the previous checkpoint.")
    learning_rate: float = with_default(TrainingConfig, "learning_rate", 2e-4)
    epochs: int = with_default(TrainingConfig, "epochs", 1, "Passes over the samples of a round.")
    control: bool = Field(
        True, description="Also train the control: on fresh answers of the teacher instead of its revisions."
    )


def _revisions(config: RefineDistillationConfig) -> Phase:
    words = (FEEDBACK, config.rounds, config.temperature, 0.0, config.max_tokens)
    refine = RefineFrom(*words, config.critique_tokens, critic=TEACHER, reviser=TEACHER)
    if config.learner == "dpo":
        learn = DPO(beta=config.beta, **config.learner_settings())
        return Phase(refine, (), (Branch(RevisionPair(), learn),))
    if config.learner == "sft":
        return Phase(refine, (), (Branch(KeepRevision(), SFT(**config.learner_settings())),))
    residual = SFT(role=CORRECTOR, **config.learner_settings())
    return Phase(Corrections(refine), (), (Branch(KeepFinal(), residual),))


def _fresh(config: RefineDistillationConfig) -> Phase:
    """The control: the teacher answers the prompts itself, and the same loss learns that."""
    if config.learner == "dpo":
        learn = DPO(role=CONTROL, beta=config.beta, **config.learner_settings())
        return Phase(_ranked(config, CONTROL), (), (Branch(ConstructedPair(), learn),))
    imitate = SFT(role=CONTROL, **config.learner_settings())
    propose = Sample(1, config.temperature, config.max_tokens, TEACHER)
    return Phase(propose, (), (Branch(KeepSome(), imitate),))


def _ranked(config: RefineDistillationConfig, student: str) -> RankedSources:
    return RankedSources((Source(TEACHER), Source(student)), config.temperature, config.max_tokens)


@recipe(
    slug="refine-distillation",
    title="A teacher's revisions of the student's answers",
    leaf="2.3",
    paper="2402.02416",
    summary="The student drafts, a teacher criticises and revises, and what changed is learned.",
    config=RefineDistillationConfig,
    roles=(
        POLICY,
        Role(TEACHER, "The stronger model that criticises and revises.", required=True),
        Role(CORRECTOR, "The corrector that this run trains; leave it empty."),
    ),
    data="format-rules",
)
def refine_distillation(config: RefineDistillationConfig) -> Composition:
    """The teacher does not show its own answer but mends the student's, so that the lesson stays near what the
    student says anyway.

    Each round the student drafts an answer to every train prompt. The teacher says what to change, or that nothing
    has to be, and rewrites the draft by its own critique. The revision is preferred to the draft by DPO, or
    imitated, or becomes the lesson of a corrector: a second model that reads question and draft and writes the
    revision, and that stands behind the untouched student afterwards. Drafts that were left alone teach nothing, except
    the corrector, which learns to copy them. The teacher only has to write: it may stand behind an endpoint.

    This follows Aligner (arXiv 2402.02416), whose method `learner` set to corrector is. Departures: DPO on the
    student itself by default; the critique is written down before the revision; the corrector starts from the
    student's base model, and copying is learned together with correcting, where the paper warms up on it;
    the drafts are the student's alone, where the paper corrects those of many models; low-rank adapters.

    The control is as many samples of the teacher without looking at the draft: the fresh answer of the teacher in the
    revision's place, learned by the same loss (a corrector is compared with imitation). So it says what revising
    is worth beside answering. It learns from every prompt, the treated arm from those where something was changed.

    Reading it: fixes and breaks on probe first, with the teacher's own accuracy beside them: a teacher that revises
    worse than it answers is better imitated. Look at the changes in the traces: revisions that keep nothing of the
    draft are fresh answers under another name. Length grows easily, since critics ask for more.
    """
    phases = [_revisions(config), *([_fresh(config)] if config.control else [])]
    answer: Proposer | None = Corrected(config.max_tokens) if config.learner == "corrector" else None
    return Composition(
        tuple(phases),
        answer_tokens=config.max_tokens,
        answer=answer,
        arms=(Arm(TEACHER, Greedy(config.max_tokens, TEACHER), once=True),),
        control=Phase(_ranked(config, "policy"), (), (Branch(ConstructedPair()),)),
        measures=("teacher", "refinement", "confound"),
    )
