"""A verifier that learns, without anybody labelling steps, after which step a solution is still on its way."""

from typing import Literal

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.learners import StepVerifier
from experiments.alignment.proposers.complete_steps import CompleteSteps
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.majority import Majority
from experiments.alignment.selectors.step_labels import StepLabels
from experiments.alignment.signals.verifier_score import VerifierScore
from experiments.alignment.signals.verify_steps import VerifySteps
from experiments.alignment.signals.vote import Vote

OUTCOME = "outcome"


class ProcessVerifierConfig(TrainingConfig):
    """Settings of process-verifier."""

    iterations: int = with_default(
        TrainingConfig, "iterations", 1, "Rounds; each adds solutions to what the verifier is fitted to."
    )
    prompts: int = with_default(TrainingConfig, "prompts", 96)
    max_tokens: int = with_default(TrainingConfig, "max_tokens", 96)
    operator_prompts: int = with_default(TrainingConfig, "operator_prompts", 64)
    samples: int = Field(
        8, ge=2, le=64, description="Solutions sampled for each prompt; the verifier chooses among as many."
    )
    labelled: int = Field(
        2,
        ge=1,
        le=64,
        description="Solutions of each train prompt whose steps are labelled by completing them.",
    )
    completions: int = Field(4, ge=1, le=64, description="Completions from the end of each step.")
    most_steps: int = Field(
        6,
        ge=1,
        le=64,
        description="Steps of a solution that are completed, at most.",
        json_schema_extra=FOLDED,
    )
    labels: Literal["soft", "hard"] = Field(
        "soft", description="The label of a step: the share of completions that are right, or whether any is."
    )
    over: Literal["min", "prod", "last"] = Field(
        "min",
        description="How the scores of a solution's steps become one: the least, their product, the last.",
    )
    temperature: float = Field(0.8, gt=0, le=2, description="Sampling temperature.")
    shown: bool = Field(
        True,
        description="Show the model worked examples; switch it off where it writes in steps by itself.",
        json_schema_extra=FOLDED,
    )
    control: Literal["outcome", "vote"] = Field(
        "outcome",
        description="What chooses among as many solutions for comparison: a verifier of outcomes, or the majority.",
        json_schema_extra=FOLDED,
    )

    @property
    def propose(self) -> CompleteSteps:
        """Who writes solutions and completes them."""
        return CompleteSteps(
            self.samples,
            self.labelled,
            self.completions,
            self.most_steps,
            self.temperature,
            self.max_tokens,
            self.shown,
        )

    def learn(self, role: str) -> StepVerifier:
        """Fitted anew from the base in each round, to the solutions of all rounds."""
        return StepVerifier(role=role, data="accumulated", **self.learner_settings())


@recipe(
    slug="process-verifier",
    title="A verifier of each step",
    leaf="3.2",
    paper="2312.08935",
    summary="Complete solutions from each step, label the step by what becomes of them, train a verifier of steps.",
    config=ProcessVerifierConfig,
    roles=(
        POLICY,
        Role("completer", "The model that completes begun solutions; by default the policy itself."),
        Role("verifier", "The verifier that this run trains; leave it empty."),
        Role(OUTCOME, "The verifier of outcomes that this run trains as control; leave it empty."),
    ),
    makes=("verifier",),
    data="long-sums",
)
def process_verifier(config: ProcessVerifierConfig) -> Composition:
    """Step labels without people: a step is good if the solution can still be completed to a right answer.

    Each round the model writes several solutions to every train prompt, one step a line. The first ones are completed
    several times from the end of each step, and the check of the data set says which completions end right. Their share
    is the step's label; the last step's is the verdict on the solution itself. A verifier, a copy of the base model
    with a scalar head, learns to say the label after each step. Wrong solutions teach as much as right ones do. The
    policy is not trained: what is measured is the choice of one among several solutions by their least likely step.

    This follows Math-Shepherd (arXiv 2312.08935) and its use of the verifier for ranking. Departures: worked examples
    in the prompt instead of a generator and a completer fine-tuned on given solutions; shares as labels by default,
    where the paper finds hard ones about as good and trains on these; four completions instead of eight; low-rank
    adapters; no reinforcement by steps.

    The control is a verifier of outcomes, as arXiv 2110.14168 trains it: on all solutions of the same prompts, each
    with its verdict, where the verifier of steps has the completions of a few. Or it is the majority.

    Reading it: solutions must have steps, so look at the traces first. Step labels have a precision where steps hold
    equations: completions can be lucky, and a strong completer mends errors. Right answers by a wrong way are what
    a verifier of outcomes takes for right. Then accuracy, precision and recall of the verifier's calls, its efficiency
    on held-out prompts, and the difference to the control, which on short solutions is small.
    """
    steps, whole = VerifierScore(over=config.over), VerifierScore(OUTCOME)
    branches = [Branch(StepLabels(config.labels), config.learn("verifier"))]
    control = Phase(config.propose, (Vote(),), (Branch(Majority()),))
    if config.control == "outcome":
        branches.append(Branch(StepLabels("outcome"), config.learn(OUTCOME)))
        control = Phase(config.propose, (whole,), (Branch(StepLabels("outcome", kind=whole.kind)),))
    return Composition(
        (Phase(config.propose, (VerifySteps(), steps), tuple(branches)),),
        answer_tokens=config.max_tokens,
        control=control,
        measures=("verifier", "step_labels"),
    )
