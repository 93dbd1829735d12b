"""Supervise what people can still check, and measure what they cannot."""

from pydantic import Field

from experiments.alignment.composition import Arm, Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.learners import SFT, StepVerifier
from experiments.alignment.proposers.demonstrations import Demonstrations
from experiments.alignment.proposers.greedy import Greedy
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.keep_size import KeepSize
from experiments.alignment.selectors.majority import Majority
from experiments.alignment.selectors.step_labels import StepLabels
from experiments.alignment.selectors.up_to_size import UpToSize
from experiments.alignment.signals.verifier_score import VerifierScore
from experiments.alignment.signals.verify_outcome import VerifyOutcome
from experiments.alignment.signals.vote import Vote


class EasyToHardConfig(TrainingConfig):
    """Settings of easy-to-hard."""

    iterations: int = with_default(TrainingConfig, "iterations", 1)
    prompts: int = with_default(TrainingConfig, "prompts", 240)
    easy: int = Field(
        3,
        ge=1,
        le=10_000,
        description="Greatest difficulty that is supervised: terms of a sum, or words of another question.",
    )
    hard_share: float = Field(
        0.67,
        gt=0,
        le=1,
        description="Share of the hard prompts that teach the ceiling; chosen so that both learn from as many.",
        json_schema_extra=FOLDED,
    )
    evaluator: bool = Field(
        False,
        description="Also train an evaluator, on sampled answers to easy prompts, and let it choose on hard ones.",
    )
    samples: int = Field(
        8,
        ge=2,
        le=64,
        description="Answers sampled for each prompt, of which the evaluator chooses one.",
        json_schema_extra=FOLDED,
    )
    temperature: float = Field(
        0.8, gt=0, le=2, description="Sampling temperature of these answers.", json_schema_extra=FOLDED
    )
    operator_prompts: int = with_default(TrainingConfig, "operator_prompts", 64)

    @property
    def branches(self) -> tuple[Branch, Branch]:
        """The student of easy prompts and, from about as many hard ones, the ceiling."""
        learn = SFT(init_from="base", data="accumulated", **self.learner_settings())
        ceiling = learn.model_copy(update={"role": "ceiling"})
        return (
            Branch(KeepSize(most=self.easy), learn),
            Branch(KeepSize(least=self.easy + 1, share=self.hard_share), ceiling),
        )

    @property
    def evaluation(self) -> Phase:
        """The evaluator learns from the verdicts on easy answers; ranking hard ones is the measured operator."""
        learn = StepVerifier(data="accumulated", **self.learner_settings())
        select = UpToSize(self.easy, StepLabels("outcome"))
        return Phase(self.sampled, (VerifyOutcome(), VerifierScore()), (Branch(select, learn),))

    @property
    def sampled(self) -> Sample:
        """What the evaluator or the vote chooses from."""
        return Sample(self.samples, self.temperature, self.max_tokens)


@recipe(
    slug="easy-to-hard",
    title="Easy tasks teach hard ones",
    leaf="2.4",
    paper="2401.06751",
    summary="Train on answers to easy tasks alone, and measure what of the hard ones comes along.",
    config=EasyToHardConfig,
    roles=(POLICY, Role("verifier", "The evaluator that this run trains, where it does; leave it empty.")),
    data="long-sums",
)
def easy_to_hard(config: EasyToHardConfig) -> Composition:
    """Labels of hard tasks are what people cannot give. Does a model generalise from the easy ones?

    The difficulty of a task is read from its question: the number of terms of a sum, else the number of its words. The
    policy is fine-tuned, from the base, on the reference answers of easy train prompts and sees no hard one. A second
    student, the ceiling, learns from about as many hard ones. Both are measured on easy and on hard held-out prompts.
    On request the student then answers train prompts several times, and an evaluator learns from the verdicts on the
    easy ones which answers are right. It ranks samples on held-out prompts; the control is the vote of as many.

    This follows the study of easy-to-hard generalisation (arXiv 2401.06751); the evaluator is that of arXiv 2403.09472.
    Departures: difficulty is a count and not a grade level or a rate of human errors; low-rank adapters on answers
    without reasoning; the evaluator judges whole answers, where the paper's judges steps too, and only ranks, without
    reinforcement.

    Reading it: the share recovered on hard prompts is what supervision of easy ones brings of what hard labels would
    have brought: 0 for nothing, 1 for all. It is undefined where hard labels bring nothing themselves, and that is
    common: a model that cannot do a task does not learn it from a few answers. Look at the gain on easy prompts beside
    it. If both gains are alike, what was learned is probably the form of the answer. Accuracy by thirds of the hard
    prompts shows how far beyond the bound it reaches. An evaluator is of use where it gains on hard prompts and beats
    the vote there, even when it cannot solve them.
    """
    phases = (Phase(Demonstrations(), (), config.branches),)
    arms = (Arm("ceiling", Greedy(config.max_tokens, "ceiling")),)
    if not config.evaluator:
        return Composition(phases, config.max_tokens, arms=arms, measures=("easy_to_hard",), operates=False)
    return Composition(
        (*phases, config.evaluation),
        config.max_tokens,
        arms=arms,
        main=1,
        control=Phase(config.sampled, (Vote(),), (Branch(Majority()),)),
        measures=("easy_to_hard", "verifier"),
    )
