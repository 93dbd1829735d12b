"""Two debaters argue for two answers, and a judge that may be weaker decides: does debating help it to the truth?"""

from pydantic import Field, field_validator

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import RecipeConfig, with_default
from experiments.alignment.proposers.debate import Debate
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.best_worst import BestWorst
from experiments.alignment.selectors.majority import Majority
from experiments.alignment.signals.debate_verdict import DebateVerdict
from experiments.alignment.signals.vote import Vote


class DebateConfig(RecipeConfig):
    """Settings of debate."""

    iterations: int = with_default(
        RecipeConfig, "iterations", 1, "Rounds of debates on train prompts; nothing is trained."
    )
    prompts: int = with_default(RecipeConfig, "prompts", 32, "Train prompts debated in each round.")
    options: str = Field(
        "",
        max_length=200,
        description="Two answers with a comma between them, such as positive, negative; "
        "if empty, the debater's own two commonest answers.",
    )
    rounds: int = Field(2, ge=1, le=8, description="How often each side speaks.")
    samples: int = Field(
        4, ge=2, le=32, description="Direct answers from which the two are taken, where no options are given."
    )
    argument_tokens: int = Field(64, ge=8, le=1024, description="Longest argument, in tokens.")
    temperature: float = Field(0.7, gt=0, le=2, description="Sampling temperature of arguments and answers.")
    operator_prompts: int = with_default(
        RecipeConfig,
        "operator_prompts",
        48,
        "Probe prompts on which the judge is measured with and without debates; 0 leaves it out.",
    )

    @field_validator("options")
    @classmethod
    def _two_or_none(cls, text: str) -> str:
        found = _listed(text)
        if found and len(set(found)) != 2:
            raise ValueError("give two different answers with a comma between them, or none")
        return text


def _listed(text: str) -> tuple[str, ...]:
    return tuple(option.strip() for option in text.split(",") if option.strip())


@recipe(
    slug="debate",
    title="Debate before a judge",
    leaf="1.5",
    paper="1805.00899",
    summary="Two debaters argue for two answers before a judge, with sides swapped: measured, not trained.",
    config=DebateConfig,
    roles=(
        POLICY,
        Role(
            "judge",
            "The model that decides, best a weaker one than the debaters; by default the policy itself.",
        ),
    ),
    makes=(),
)
def debate(config: DebateConfig) -> Composition:
    """Can a judge that does not know the answer find it by listening to two sides?

    For each question there are two answers: those in the settings, or the two that the debater itself gives most
    often. The debater argues for each in turn, over a few rounds. Then the same debate is held once more with the
    other side speaking first. The judge reads each transcript, with the letters of the answers in both orders, and
    its probabilities decide. Nothing is looked up, and nothing is trained.

    This follows AI safety via debate (arXiv 1805.00899) and its measurement with weaker judges (arXiv 2402.06782):
    the judge's accuracy after a debate against the same judge without one, and the advantage of the true side.

    Departures: no best-of-n choice of arguments and no critic; no source text, so no quotes that could be checked;
    no training of debaters on their wins; sides speak one after the other, never at once. The answers that are
    argued for may both be wrong, and where all direct answers agree nobody argues.

    The control at equal samples is the majority of as many direct answers of the debater as the debates take turns.

    Reading it: the operator's accuracy is the judge's after the debates; its gain is what they add to the judge
    alone. A truth advantage around 0 means that persuading and being right have nothing to do with each other;
    below 0 liars win. Much disagreement between swapped debates means that speaking first decides, not what is
    said. If the control does as well, the debate was an expensive vote. Small models argue badly: expect little,
    and read transcripts.
    """
    options = _listed(config.options)
    propose = Debate(
        options,
        config.rounds,
        config.samples,
        config.temperature,
        config.max_tokens,
        config.argument_tokens,
    )
    held = Phase(propose, (DebateVerdict(),), (Branch(BestWorst(DebateVerdict.kind)),))
    turns = 2 * 2 * config.rounds + (0 if options else config.samples)
    votes = Phase(
        Sample(turns, config.temperature, config.max_tokens), (Vote(),), (Branch(Majority(threshold=0.0)),)
    )
    return Composition((held,), answer_tokens=config.max_tokens, control=votes, measures=("debate",))
