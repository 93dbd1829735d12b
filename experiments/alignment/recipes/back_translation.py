"""Texts without instructions get them from a model that was trained backwards; the best pairs are learned."""

from pydantic import Field

from experiments.alignment.composition import Arm, Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.filters.answers import Ended
from experiments.alignment.filters.instructions import BannedWords, Length, NoGain
from experiments.alignment.learners import SFT
from experiments.alignment.prompts.instructing import SEED_TAG
from experiments.alignment.proposers.back_translate import BACKWARD, SEEDED, BackTranslate, BackwardPairs
from experiments.alignment.proposers.under_context import UnderContext
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.keep_curated import KeepCurated
from experiments.alignment.selectors.seed_pairs import SeedPairs
from experiments.alignment.signals.curation import Curation


class BackTranslationConfig(TrainingConfig):
    """Settings of the back-translation of instructions."""

    iterations: int = with_default(
        TrainingConfig, "iterations", 2, "Rounds; each curates with the newest checkpoint."
    )
    seed_share: float = Field(
        0.25, gt=0, lt=1, description="Share of the train rows whose instruction is shown: the seed pairs."
    )
    keep_share: float = Field(
        0.5,
        gt=0,
        le=1,
        description="Share of the back-translated pairs that is kept, the best rated of each chunk.",
    )
    temperature: float = Field(0.7, ge=0, le=2, description="Sampling temperature of the backward model.")
    instruction_tokens: int = Field(
        48, ge=8, le=1024, description="Longest instruction, in tokens.", json_schema_extra=FOLDED
    )
    least_words: int = Field(
        4, ge=1, le=100, description="Fewest words of an instruction that is kept.", json_schema_extra=FOLDED
    )


@recipe(
    slug="back-translation",
    title="Instructions by back-translation",
    leaf="2.1",
    paper="2308.06259",
    summary="A backward model writes instructions for texts that have none; the model curates the pairs and learns.",
    config=BackTranslationConfig,
    roles=(POLICY, Role("judge", "The model that curates; by default the newest checkpoint itself.")),
    data="format-answers",
)
def back_translation(config: BackTranslationConfig) -> Composition:
    """Good answers are easier to find than good questions, so a model is trained to write the question to an answer.

    A share of the train rows are seed pairs; of the others only the reference answer is used, as a text that was found,
    and its instruction is hidden. In the first phase a backward model learns from the seed pairs to write the
    instruction of an answer. In the second it writes one for every found text. Instructions that are cut off, too
    short or the text again are dropped; the model rates the rest from 1 to 5, and the best rated share is learned
    together with the seed pairs, from the base. A system message tells the two sorts of pairs apart, and that of the
    seed pairs is used when the model is measured.

    This follows Humpback (arXiv 2308.06259), which back-translates web text and curates with the model being trained.
    Departures: the first curation is by the untrained model and not by one trained on the seeds; the best share of each
    chunk is kept, where the paper has a threshold; the rating is the expected one of the digits' probabilities; found
    texts are the data set's reference answers; other tags; low-rank adapters.

    What it is compared with is the arm "seeded": the base model trained on the seed pairs alone, under the same
    system message.

    Reading it: first how like the written instructions are to the hidden ones. Near what a random other instruction
    would reach, the backward model has learned nothing of the texts, and pairs that do not belong together teach
    the forward model to ignore its prompt. The gain over the seed pairs alone is what the found texts were worth;
    with a share of all pairs kept (`keep_share` 1) it shows what curation adds. A judge that rates all alike keeps by
    position and adds nothing.
    """
    filters = (Length(config.least_words), BannedWords(), NoGain(), Ended())
    share, taught = config.seed_share, config.learner_settings()
    seeded = SFT(role=SEEDED, init_from="base", **taught)
    backward = SFT(role=BACKWARD, init_from="base", **taught)
    policy = SFT(init_from="base", **taught)
    write = BackTranslate(filters, share, config.temperature, config.instruction_tokens)
    return Composition(
        (
            Phase(BackwardPairs(share), (), (Branch(SeedPairs(), backward),)),
            Phase(
                write,
                (Curation(),),
                (Branch(KeepCurated(config.keep_share), policy), Branch(SeedPairs(), seeded)),
            ),
        ),
        answer_tokens=config.max_tokens,
        answer=UnderContext(SEED_TAG, temperature=0.0, max_tokens=config.max_tokens),
        arms=(Arm(SEEDED, UnderContext(SEED_TAG, 1, 0.0, config.max_tokens, SEEDED)),),
        main=1,
        measures=("instructions", "back_translation"),
        operates=False,
    )
