"""Programs that pass their tests are preferred to those that fail."""

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.learners import DPO
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import recipe
from experiments.alignment.selectors.fail_pass import FailPass
from experiments.alignment.selectors.random_pair import RandomPair
from experiments.alignment.signals.tool_result import ToolResult


class ToolPreferenceConfig(TrainingConfig):
    """Settings of tool-preference."""

    samples: int = Field(6, ge=2, le=64, description="Programs sampled for each prompt.")
    temperature: float = Field(0.8, gt=0, le=2, description="Sampling temperature.")
    max_tokens: int = with_default(TrainingConfig, "max_tokens", 160)
    beta: float = Field(
        0.1,
        gt=0,
        le=10,
        description="How closely DPO holds to the previous checkpoint.",
        json_schema_extra=FOLDED,
    )
    learning_rate: float = with_default(TrainingConfig, "learning_rate", 2e-4)
    control: bool = Field(True, description="Also train the cheap control: random pairs of the same samples.")


def _dpo(config: ToolPreferenceConfig, role: str) -> DPO:
    return DPO(role=role, beta=config.beta, **config.learner_settings())


@recipe(
    slug="tool-preference",
    title="Learn from failing and passing code",
    leaf="4.3",
    paper="2207.01780",
    summary="Sample programs, run their visible tests, prefer one that passes to one that fails, repeat.",
    config=ToolPreferenceConfig,
    data="functions",
)
def tool_preference(config: ToolPreferenceConfig) -> Composition:
    """The sandbox is the teacher: of two programs for one task the model learns to prefer the one that works.

    Each round the newest checkpoint writes several programs for every train prompt. Each is run against the
    tests that stand in the prompt. One that passes all of them and one that fails form a preference; a task
    where all pass or all fail teaches nothing in this round. DPO starts from the previous checkpoint, which is
    also its reference.

    This follows the idea of CodeRL (arXiv 2207.01780), unit tests as the reward of a program, with its four
    outcomes: it does not compile, it raises, it fails a test, it passes. Departures: pairs and DPO in place of
    an actor and a critic, so the three ways of failing count alike; low-rank adapters; no repair of programs at
    the end.

    The control learns from random pairs: the same prompts and samples, as many pairs, started each round from
    the same checkpoint. So the difference is what the sandbox's verdict adds. (Fine-tuning on passing programs
    alone is another recipe, rest-em on the same data; random pairs differ from this one in the verdict and in
    nothing else.)

    Reading it: gold accuracy counts hidden tests, the proxy the visible ones. While both rise together the
    model learns to program; when only the proxy does, the gap between visible and hidden tests opens, and
    programs are written for the tests in sight. Few prompts with a pair mean tasks that are too hard or too
    easy. Watch the length: DPO may lengthen answers or cut them off.
    """
    select = FailPass()
    branches = [Branch(select, _dpo(config, "policy"))]
    if config.control:
        branches.append(Branch(RandomPair(select), _dpo(config, "control")))
    propose = Sample(config.samples, config.temperature, config.max_tokens)
    return Composition(
        (Phase(propose, (ToolResult(),), tuple(branches)),),
        answer_tokens=config.max_tokens,
        measures=("tool",),
    )
