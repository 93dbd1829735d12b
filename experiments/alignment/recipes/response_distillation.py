"""A teacher answers, its answers are filtered, and the student learns them."""

from typing import Literal

from pydantic import Field

from experiments.alignment.composition import CONTROL, Arm, Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.learners import SFT
from experiments.alignment.ports import Selector, SignalSource
from experiments.alignment.proposers.greedy import Greedy
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.keep_correct import KeepCorrect
from experiments.alignment.selectors.keep_some import KeepSome
from experiments.alignment.selectors.majority import Majority
from experiments.alignment.selectors.sound import Sound
from experiments.alignment.signals.verify_outcome import VerifyOutcome
from experiments.alignment.signals.vote import Vote

TEACHER = "teacher"


class ResponseDistillationConfig(TrainingConfig):
    """Settings of the distillation of answers."""

    iterations: int = with_default(
        TrainingConfig, "iterations", 2, "Rounds; each asks the teacher about newly drawn prompts."
    )
    samples: int = Field(4, ge=1, le=64, description="Answers that the teacher gives to each prompt.")
    temperature: float = Field(0.8, gt=0, le=2, description="Sampling temperature of the teacher.")
    keep: Literal["all", "checked", "agreed"] = Field(
        "checked",
        description="Which answers are learned: any, those that the data's check calls right, or those that agree "
        "with most of the teacher's own.",
    )
    per_prompt: int = Field(1, ge=1, le=64, description="Answers kept of each prompt in a round, at most.")
    ended: bool = Field(
        True, description="Drop answers that were cut off at the token limit.", json_schema_extra=FOLDED
    )
    control: bool = Field(
        True,
        description="Also train the control: the student on its own answers, as many and filtered alike.",
    )


def _filter(config: ResponseDistillationConfig) -> tuple[tuple[SignalSource, ...], Selector]:
    """What is read of the answers, and which of them are kept."""
    most = config.per_prompt
    if config.keep == "all":
        return (), Sound(KeepSome(most), config.ended)
    if config.keep == "agreed":
        return (Vote(),), Sound(Majority(per_prompt=most), config.ended)
    return (VerifyOutcome(),), Sound(KeepCorrect(most), config.ended)


def _phase(config: ResponseDistillationConfig, author: str, student: str) -> Phase:
    signals, select = _filter(config)
    learn = SFT(role=student, init_from="base", data="accumulated", **config.learner_settings())
    propose = Sample(config.samples, config.temperature, config.max_tokens, author)
    return Phase(propose, signals, (Branch(select, learn),))


@recipe(
    slug="response-distillation",
    title="A student learns a teacher's answers",
    leaf="2.2",
    paper="2304.03277",
    summary="A stronger model answers the prompts, a filter drops bad answers, the student is fine-tuned on the rest.",
    config=ResponseDistillationConfig,
    roles=(POLICY, Role(TEACHER, "The stronger model whose answers are learned.", required=True)),
)
def response_distillation(config: ResponseDistillationConfig) -> Composition:
    """A weaker model imitates the answers of a stronger one. Does it learn what the teacher knows, or how it sounds?

    Each round the teacher answers every train prompt several times. Empty answers, refusals and those that were cut off
    are dropped; of the others those stay that the data's check calls right, that agree with most of the teacher's, or
    all, as `keep` says. The base model is fine-tuned on the kept answers of all rounds so far. The teacher only has to
    write: it may be a model behind an endpoint.

    This follows instruction tuning with GPT-4 (arXiv 2304.03277), which did for Alpaca's prompts what Alpaca did with
    an earlier teacher. Departures: the prompts are those of the data set and not generated; the answers are filtered,
    where the paper keeps them all (`keep` set to all); low-rank adapters; no reward model from comparisons.

    The control is the student on its own answers: as many samples, filtered alike, from its own checkpoint, retrained
    from the base as well. So it is what the filter alone is worth, and the rest is the teacher's.

    Reading it: the teacher's lead first, for where it is within three standard errors there is nothing to close and
    the share closed is undefined. Then the student against its control: if both gain alike, its own right answers
    were as good a lesson. Imitation was found to copy style and not facts (arXiv 2305.15717): answers that open like
    the teacher's, at the teacher's length, with accuracy where it was, are that case. Errors shared with the teacher
    above those of iteration 0 are errors that were copied.
    """
    signals, select = _filter(config)
    phases = [_phase(config, TEACHER, "policy")]
    if config.control:
        phases.append(_phase(config, CONTROL, CONTROL))
    own = Phase(Sample(config.samples, config.temperature, config.max_tokens), signals, (Branch(select),))
    return Composition(
        tuple(phases),
        answer_tokens=config.max_tokens,
        arms=(Arm(TEACHER, Greedy(config.max_tokens, TEACHER), once=True),),
        control=own if signals else None,
        measures=("teacher",),
    )
