"""A strong student learns a task from the labels of a weak supervisor, and is measured against the truth."""

from typing import Literal

from pydantic import Field, field_validator

from experiments.alignment.composition import Arm, Branch, Composition, Phase
from experiments.alignment.config import FOLDED, RecipeConfig, with_default
from experiments.alignment.learners import Adapter, ConfidenceCE
from experiments.alignment.ports import Selector
from experiments.alignment.proposers.classify import Classify
from experiments.alignment.proposers.options import Options
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.reference_labels import ReferenceLabels
from experiments.alignment.selectors.soft_labels import SoftLabels
from experiments.alignment.signals.verify_outcome import VerifyOutcome
from experiments.alignment.signals.weak_label import WeakLabel

RAMPS = {"published": 0.2, "code": 0.1}
"""Share of the steps in which the weight rises, in the paper and in the authors' program."""


class WeakToStrongConfig(RecipeConfig):
    """Settings of weak-to-strong."""

    iterations: int = with_default(
        RecipeConfig, "iterations", 1, "Rounds; each trains anew from the base, so one is enough."
    )
    prompts: int = with_default(
        RecipeConfig, "prompts", 2000, "Train prompts that are labelled and learned from."
    )
    max_tokens: int = Field(
        1, ge=1, le=4096, description="Longest answer; a label is read as one.", json_schema_extra=FOLDED
    )
    probe_prompts: int = with_default(
        RecipeConfig, "probe_prompts", 400, "Probe prompts measured after each round."
    )
    gold_prompts: int = with_default(
        RecipeConfig, "gold_prompts", 1000, "Gold prompts measured after each round."
    )
    operator_prompts: int = with_default(
        RecipeConfig,
        "operator_prompts",
        0,
        "Probe prompts on which the supervisor's choice is compared with chance; 0 leaves it out.",
    )
    chunk_prompts: int = with_default(
        RecipeConfig, "chunk_prompts", 200, "Prompts that are labelled and committed together."
    )
    labels: tuple[str, ...] = Field(
        ("negative", "positive"),
        min_length=2,
        description="The classes, as the data set's answers name them; of equally likely ones the first is answered.",
    )
    weak: Literal["lexicon", "bag-of-words", "model"] = Field(
        "lexicon",
        description="Who supervises: a lexicon of opinion words, counts of words taught by a few true labels, or "
        "the model bound to the role weak.",
    )
    weak_share: float = Field(
        0.15,
        gt=0,
        lt=1,
        description="Share of the train prompts whose true labels teach the bag of words; it labels only the others.",
    )
    alpha: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Weight of the student's own hardened prediction in its target; 0 is naive.",
    )
    schedule: Literal["published", "code"] = Field(
        "published",
        json_schema_extra=FOLDED,
        description="How that weight rises: smoothly as the paper says, or with the jump of the authors' program.",
    )
    train: Literal["head", "lora"] = Field(
        "head",
        description="What is trained: a linear head on frozen features, or adapters as well (far slower).",
    )
    depth: float = Field(
        0.53,
        gt=0,
        le=1,
        description="The layer whose features are read, as a share of all.",
        json_schema_extra=FOLDED,
    )
    learning_rate: float = Field(1e-3, gt=0, le=1, description="Peak learning rate.")
    epochs: int = Field(10, ge=1, le=200, description="Passes over the labels.")
    batch_size: int = Field(
        64,
        ge=2,
        le=4096,
        json_schema_extra=FOLDED,
        description="Labels in one step; the confidence loss balances classes within it.",
    )

    @field_validator("labels")
    @classmethod
    def _different(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(labels)) < len(labels) or not all(label.strip() for label in labels):
            raise ValueError("the labels must be different words")
        return labels


def _students(config: WeakToStrongConfig, weak: str, share: float) -> Phase:
    labels: Selector = SoftLabels(WeakLabel.kind, share)
    return Phase(
        Options(config.labels),
        (WeakLabel(config.labels, weak), VerifyOutcome()),
        (
            Branch(labels, _student(config, "policy", config.alpha)),
            Branch(labels, _student(config, "naive", 0.0)),
            Branch(ReferenceLabels(share), _student(config, "ceiling", 0.0)),
        ),
    )


def _student(config: WeakToStrongConfig, role: str, alpha: float) -> ConfidenceCE:
    return ConfidenceCE(
        role=role,
        init_from="base",
        train=config.train,
        alpha=alpha,
        ramp=RAMPS[config.schedule],
        schedule=config.schedule,
        depth=config.depth,
        adapter=Adapter(),
        learning_rate=config.learning_rate,
        epochs=config.epochs,
        batch_size=config.batch_size,
    )


def _supervisor(config: WeakToStrongConfig, share: float) -> Phase:
    learn = ConfidenceCE(
        role="bag-of-words", init_from="base", train="words", learning_rate=1e-2, epochs=30, batch_size=32
    )
    return Phase(Options(config.labels), (VerifyOutcome(),), (Branch(ReferenceLabels(share, "own"), learn),))


@recipe(
    slug="weak-to-strong",
    title="A weak supervisor teaches a strong student",
    leaf="2.4",
    paper="2312.09390",
    summary="Train a strong model on a weak one's labels, with and without a loss that lets it trust itself.",
    config=WeakToStrongConfig,
    roles=(
        POLICY,
        Role("weak", "The weak supervisor where `weak` is model; by default the policy before training."),
    ),
    makes=("classifier",),
    data="sentences-products",
)
def weak_to_strong(config: WeakToStrongConfig) -> Composition:
    """A strong model is trained on the labels of a weak supervisor. Does it only copy them, errors and all?

    The task is to choose one of a few classes. The weak supervisor gives each train prompt a probability a class,
    and these soft labels teach a classifier on the strong model. Two more students show what they are worth: one
    without the confidence loss (naive), one trained on the true labels of the same prompts (the ceiling). The
    performance gap recovered, PGR, is the share of the way from the weak supervisor to the ceiling.

    This follows Weak-to-Strong Generalization (arXiv 2312.09390). With its confidence loss the target is
    (1 − α)·weak label + α·the student's own hardened prediction, so that a confident student may disagree; the
    threshold keeps the weak labels' class balance, and α rises to a half in the first fifth of the steps. The
    schedule `code` is that of the authors' program: up to a tenth of it in the first tenth, then a jump.

    Departures: by default a linear head on the frozen features of a middle layer instead of fine-tuning the whole
    model, so that a round takes seconds once the features are read; the weak supervisor is a lexicon or a bag of
    words, not a small language model (bind one with `weak` set to model). A bag of words learns from true labels
    of a part of the train prompts and labels only the others, so that its errors are honest ones.

    Reading it: PGR above 0 with its whole interval means that the student outgrew its teacher. It is undefined
    where the ceiling is not clearly above the weak supervisor: look at the gap then, not at the ratio. Around or
    below 0 is the boundary: the weak errors are systematic, and the student learned them too (imitated errors near
    1). Errors like noise are the easy case; there the naive student, which is measured beside, can be the better one,
    since the confidence loss doubts labels that an average would have mended. PGR above .95 is too good: look for true
    labels that leaked.
    """
    weak = "weak" if config.weak == "model" else config.weak
    share = config.weak_share if config.weak == "bag-of-words" else 0.0
    phases = [_students(config, weak, share)]
    if config.weak == "bag-of-words":
        phases.insert(0, _supervisor(config, share))
    return Composition(
        tuple(phases),
        answer_tokens=config.max_tokens,
        answer=Classify(config.labels),
        arms=(
            Arm("weak", Classify(config.labels, weak), once=config.weak != "bag-of-words"),
            Arm("naive", Classify(config.labels, "naive")),
            Arm("ceiling", Classify(config.labels, "ceiling")),
        ),
        main=len(phases) - 1,
        measures=("weak_to_strong",),
        stand_ins=(("weak", "base"),),
    )
