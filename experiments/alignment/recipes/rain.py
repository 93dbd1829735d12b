"""The model searches for an answer that it approves of itself: it tries, evaluates, goes back. Nothing is trained."""

from typing import Self

from pydantic import Field, model_validator

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import FOLDED, RecipeConfig, with_default
from experiments.alignment.proposers.rewind import Rewind
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.best_worst import BestWorst
from experiments.alignment.selectors.keep_final import KeepFinal
from experiments.alignment.signals.judge_yes import JudgeYes


class RainConfig(RecipeConfig):
    """Settings of rain."""

    iterations: int = with_default(
        RecipeConfig, "iterations", 1, "Rounds over the train prompts; nothing changes between them."
    )
    prompts: int = Field(
        16, ge=1, le=1000, description="Train prompts searched in each round, for their traces."
    )
    operator_prompts: int = with_default(
        RecipeConfig, "operator_prompts", 24, "Probe prompts on which the search is measured."
    )
    max_tokens: int = Field(40, ge=4, le=1024, description="Longest answer, in tokens.")
    sets: int = Field(4, ge=1, le=32, description="Token sets that an answer is built of.")
    searches: int = Field(3, ge=1, le=64, description="Visits of the tree before a token set is settled.")
    width: int = Field(3, ge=2, le=16, description="Continuations drawn in a visit.")
    temperature: float = Field(0.8, gt=0, le=2, description="Sampling temperature.")
    explore: float = Field(
        1.0,
        ge=0,
        le=10,
        description="Weight of the bonus for what was tried little.",
        json_schema_extra=FOLDED,
    )

    @model_validator(mode="after")
    def _a_token_for_each_set(self) -> Self:
        if self.sets > self.max_tokens:
            raise ValueError(
                f"each of the {self.sets} token sets (sets) needs a token, and an answer has at most "
                f"{self.max_tokens} (max_tokens)"
            )
        return self


@recipe(
    slug="rain",
    title="Search with a way back",
    leaf="1.2",
    paper="2309.07124",
    summary="Grow the answer a few tokens at a time, evaluate it, go back where it is bad; no weights are changed.",
    config=RainConfig,
    roles=(
        POLICY,
        Role("judge", "The model that evaluates answers; by default the policy itself."),
    ),
    makes=(),
    data="format-rules",
)
def rain(config: RainConfig) -> Composition:
    """A tree search over pieces of an answer, led by the model's own opinion of it.

    From the settled beginning of the answer the search follows the pieces of highest value plus a bonus for those tried
    little, draws several continuations and asks the model of each whether the answer so far does what was
    asked. Yes and no are read from the probabilities of two letters, in both orders, and their mean is carried back
    to all pieces on the way. After a few visits the most visited piece is settled, and the rest is rewound.

    This follows RAIN (arXiv 2309.07124). Departures: values are not spread to pieces of similar meaning, as there is
    no embedding model; the budget of visits is fixed, where the paper stops early when a value is high enough;
    evaluation of the beginning alone, without a forward sketch of the rest; one criterion about doing what was asked,
    where the paper asks about harm.

    The control is best-of-n by the same evaluation at equal cost: as many whole answers as the search could draw
    tokens for.

    Reading it: the operator against its control. A search that only matches best-of-n is not worth its steps. A search
    that raises its own value but not accuracy pleases the model, not the task. In each trace the tree shows where it
    went back. It takes many calls a prompt, so a few dozen prompts are usual.
    """
    search = Rewind(
        config.sets,
        config.searches,
        config.width,
        config.max_tokens // config.sets,
        config.temperature,
        config.explore,
        judge="judge",
    )
    fresh = Sample(config.searches * config.width, config.temperature, config.max_tokens)
    return Composition(
        (Phase(search, (), (Branch(KeepFinal()),)),),
        answer_tokens=config.max_tokens,
        control=Phase(fresh, (JudgeYes(),), (Branch(BestWorst(JudgeYes.kind)),)),
        measures=("refinement",),
    )
