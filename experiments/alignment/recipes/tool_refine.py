"""Write code, run its tests, read the error, write it again: what is the error message worth?"""

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import RecipeConfig, with_default
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.proposers.tool_refine import ToolRefine
from experiments.alignment.registry import recipe
from experiments.alignment.selectors.keep_correct import KeepCorrect
from experiments.alignment.signals.tool_result import TOOL, ToolResult


class ToolRefineConfig(RecipeConfig):
    """Settings of tool-refine."""

    iterations: int = with_default(
        RecipeConfig, "iterations", 1, "Rounds over the train prompts; nothing changes between them."
    )
    retries: int = Field(
        3, ge=1, le=8, description="Repairs of a program that fails its visible tests, at most."
    )
    temperature: float = Field(
        0.8, gt=0, le=2, description="Sampling temperature of drafts, repairs and control."
    )
    max_tokens: int = with_default(RecipeConfig, "max_tokens", 160)
    operator_prompts: int = with_default(
        RecipeConfig,
        "operator_prompts",
        64,
        "Probe prompts on which the procedure is compared with fresh samples.",
    )


@recipe(
    slug="tool-refine",
    title="Repair code by its error message",
    leaf="4.3",
    paper="2304.05128",
    summary="Write a program, run its visible tests, show the model what failed, let it try again.",
    config=ToolRefineConfig,
    makes=(),
    data="functions",
)
def tool_refine(config: ToolRefineConfig) -> Composition:
    """The model sees what its program did and repairs it; nothing is trained.

    For each prompt the model writes a function. It is run in a sandbox against the tests that stand in the
    prompt. Where one fails, the model is shown the attempt, the failing tests with what they gave or raised,
    and is asked for the whole function again, until the tests pass or the retries are used up. The procedure
    ends with the attempt that passes most visible tests, the first of equals. Hidden tests decide afterwards
    whether that one is right; they are never run in the loop.

    This follows Self-Debug (arXiv 2304.05128), and CRITIC (arXiv 2305.11738) in that an outside tool says what
    is wrong. Departures: no worked examples in the prompt and no explanation of the code in between; the answer
    is sampled, where the papers decode greedily, so that the control is drawn alike.

    The control draws as many fresh samples as there are attempts at most and takes the one that passes
    most visible tests, again the first of equals. Its first sample is the same as the draft. It never sees an
    error message, so the difference between the two is what the message is worth.

    Reading it: compare "right after n attempts" with "right after n fresh samples". Small models often lose:
    they repeat the error they were shown, while a new try is cheap and varied. Then the page says so, below 0
    at "operator against its control", and the samples are better used for training. A gap between visible and
    hidden tests means programs written for the tests in sight.
    """
    attempts = ToolRefine(config.retries, config.temperature, config.max_tokens)
    fresh = Sample(1 + config.retries, config.temperature, config.max_tokens)
    first = Branch(KeepCorrect(kind=TOOL))
    return Composition(
        (Phase(attempts, (), (first,)),),
        answer_tokens=config.max_tokens,
        control=Phase(fresh, (ToolResult(),), (first,)),
        measures=("refinement", "tool"),
    )
