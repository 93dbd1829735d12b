"""A weak model chooses the demonstrations that a strong one learns from."""

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.learners import SFT
from experiments.alignment.proposers.demonstrations import Demonstrations
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.keep_share import KeepShare
from experiments.alignment.signals.instruction_difficulty import LOT, RANK, InstructionDifficulty


class WeakFilterConfig(TrainingConfig):
    """Settings of the weak filter."""

    iterations: int = with_default(TrainingConfig, "iterations", 1)
    share: float = Field(0.3, gt=0, le=1, description="Share of the demonstrations that is learned from.")
    compare: bool = Field(
        True,
        description="Let the strong model rate the same demonstrations, to see whether it agrees.",
        json_schema_extra=FOLDED,
    )
    control: bool = Field(
        True,
        description="Also train the control: on as many demonstrations that were drawn at random.",
        json_schema_extra=FOLDED,
    )


@recipe(
    slug="weak-filter",
    title="A weak model filters for a strong one",
    leaf="2.4",
    paper="2402.00530",
    summary="A small model rates how little each prompt helps with its answer; the strong one learns the hard share.",
    config=WeakFilterConfig,
    roles=(POLICY, Role("weak", "The small model that rates; by default the policy before training.")),
)
def weak_filter(config: WeakFilterConfig) -> Composition:
    """A model too weak to answer may still tell which examples are worth learning.

    The weak model scores every reference answer twice, after its prompt and after nothing. The ratio of the two
    perplexities is the difficulty of following the instruction: near 1 the prompt hardly helps, above 1 prompt and
    answer do not belong together. Of each chunk of prompts the hardest share is kept, those of 1 and more last, and the
    strong model is fine-tuned on them from the base. No reference is checked and no answer is sampled.

    This follows Superfiltering (arXiv 2402.00530). Departures: the hardest are taken within chunks of prompts, not of
    the whole set, so that a resumed run selects the same; perplexities are per word, where the paper counts tokens;
    low-rank adapters.

    The control learns from equally many demonstrations, drawn at random from the same chunks.

    Reading it: the control first, since a random share is hard to beat, and on short answers the ratio measures little
    more than surprise. The rank agreement of weak and strong says whether the strong model would have chosen the same:
    near 1 the weak one is as good a filter and much cheaper, near 0 it filters by something else. Without a weak model
    of its own the run rates by the base, which in the first round agrees with itself. Wrong or foreign answers among
    the demonstrations have a ratio near 1 or above, and a share that reaches them keeps them.
    """
    select = KeepShare(InstructionDifficulty.kind, RANK, config.share)
    branches = [Branch(select, SFT(init_from="base", data="accumulated", **config.learner_settings()))]
    if config.control:
        drawn = KeepShare(InstructionDifficulty.kind, LOT, config.share)
        learn = SFT(role="control", init_from="base", data="accumulated", **config.learner_settings())
        branches.append(Branch(drawn, learn))
    rating = InstructionDifficulty("weak", "policy" if config.compare else "")
    return Composition(
        (Phase(Demonstrations(), (rating,), tuple(branches)),),
        answer_tokens=config.max_tokens,
        measures=("weak_filter",),
        operates=False,
        stand_ins=(("weak", "base"),),
    )
