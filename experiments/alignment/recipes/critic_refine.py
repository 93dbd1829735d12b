"""A critic says in words what is wrong, the model follows it, and learns the refinement."""

from typing import Literal

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig
from experiments.alignment.learners import SFT, Critic
from experiments.alignment.ports import SignalSource
from experiments.alignment.proposers.critic_refine import CriticRefine
from experiments.alignment.proposers.replay import Replay
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.proposers.seeded_flaws import SeededFlaws
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.accept_all import AcceptAll
from experiments.alignment.selectors.best_of_n import BestOfN
from experiments.alignment.selectors.held_back import HeldBack
from experiments.alignment.selectors.most_probable import MostProbable
from experiments.alignment.selectors.observe import Observe
from experiments.alignment.signals.critic_choice import CriticChoice
from experiments.alignment.signals.critic_exam import CriticExam
from experiments.alignment.signals.feedback_likeness import FeedbackLikeness
from experiments.alignment.signals.verify_outcome import VerifyOutcome

CHOOSERS: dict[str, SignalSource] = {
    "critic": CriticChoice(),
    "check": VerifyOutcome(),
    "likeness": FeedbackLikeness(),
}


class CriticRefineConfig(TrainingConfig):
    """Settings of critic-refine."""

    samples: int = Field(3, ge=1, le=32, description="Refinements that follow each critique.")
    temperature: float = Field(0.8, gt=0, le=2, description="Sampling temperature of drafts and refinements.")
    critique_tokens: int = Field(24, ge=1, le=1024, description="Longest critique, in tokens.")
    chooses: Literal["critic", "check", "likeness"] = Field(
        "critic",
        description="What chooses among draft and refinements: the critic's first word, the data set's check, or, "
        "among the refinements alone, the likeness of words to the critique.",
    )
    train_critic: bool = Field(
        True,
        description="Train the critic first, on seeded flaws; else another run's is taken, or the model criticises.",
        json_schema_extra=FOLDED,
    )
    flaws: Literal["own", "reference"] = Field(
        "own",
        description="Whose words the critic learns from: the model's own answers, or reference answers.",
        json_schema_extra=FOLDED,
    )
    held_back: float = Field(
        0.2,
        ge=0,
        lt=1,
        description="Share of the train prompts on which the critic is examined instead of trained.",
        json_schema_extra=FOLDED,
    )

    @property
    def critic_phases(self) -> tuple[Phase, ...]:
        """The critic learns from the cases of most prompts, and is examined on those of the others."""
        if not self.train_critic:
            return ()
        seed = SeededFlaws(self.flaws == "own", self.temperature, self.max_tokens)
        learn = Critic(data="accumulated", **self.learner_settings())
        select = HeldBack(AcceptAll(), self.held_back)
        taught = Phase(seed, (), (Branch(select, learn),))
        exam = Phase(Replay(), (CriticExam(self.held_back),), (Branch(Observe()),))
        return (taught, exam) if self.held_back else (taught,)

    @property
    def control(self) -> Phase:
        """As many fresh answers, chosen alike; without a critique to be like, the likeliest."""
        fresh = Sample(self.samples + 1, self.temperature, self.max_tokens)
        source = CHOOSERS[self.chooses]
        if self.chooses == "likeness":
            return Phase(fresh, (), (Branch(MostProbable()),))
        return Phase(fresh, (source,), (Branch(BestOfN(source.kind)),))


@recipe(
    slug="critic-refine",
    title="Follow a critic, learn the refinement",
    leaf="3.3",
    paper="2303.16755",
    summary="Train a critic on seeded flaws, let it criticise drafts, refine, keep the best refinement and learn it.",
    config=CriticRefineConfig,
    roles=(
        POLICY,
        Role("critic", "The model that criticises; by default the one that this run trains, or the policy."),
    ),
    takes=("critic",),
    makes=("checkpoint", "critic"),
)
def critic_refine(config: CriticRefineConfig) -> Composition:
    """Language says more than a score: where an answer is wrong, and how.

    First a critic is trained, on critiques that nobody had to write. The policy answers a train prompt; the reference
    tells whether the answer is right, and what the same words would be with the right number, or with a wrong one. So
    each prompt gives a right and a wrong case of one wording, and a sentence that names the flaw, never the right
    answer. Where answers hold no number, the reference of another prompt is the flaw. Some prompts are held back, to
    examine the critic on. Then the policy drafts an answer to each prompt, the critic says what is wrong, and several
    refinements follow the critique. The best of them all, by the probability that the critic would call it right,
    becomes a demonstration, and the base model is fine-tuned on these. A draft in which the critic finds nothing wrong
    is left alone.

    This follows ILF, learning from language feedback (arXiv 2303.16755), where people wrote the feedback. The critic
    and its measures follow Saunders et al. (arXiv 2206.05802).
    Departures: seeded flaws instead of critiques by people, so the critic knows only such flaws; the critic chooses,
    and the draft is among the choice, where ILF takes the refinement likest to the feedback (a setting here, which
    counts words); critic and refinements share their train prompts; low-rank adapters.

    The control at equal samples draws fresh answers instead of refinements and chooses alike; where likeness chooses it
    takes the likeliest. With the check as chooser the measured operator reads held-out verdicts in its place, so its
    gain is an upper bound.

    Reading it: the critic first. Recall is the share of wrong drafts that it calls wrong, false alarms the share of
    right ones; a critic that calls everything wrong has the best recall and is worth nothing. Both are given for drafts
    of held-out prompts and for the seeded cases; good on these alone means that real flaws are others. Then fixes
    against breaks: a refinement that follows a false alarm spoils a right answer. Refinements that change nothing
    ignored the critique. If fresh samples do as well, its words carried nothing.
    """
    source = CHOOSERS[config.chooses]
    learn = SFT(init_from="base", data="accumulated", **config.learner_settings())
    refine = CriticRefine(config.samples, config.temperature, config.max_tokens, config.critique_tokens)
    first = config.critic_phases
    return Composition(
        (*first, Phase(refine, (source,), (Branch(BestOfN(source.kind), learn),))),
        answer_tokens=config.max_tokens,
        main=len(first),
        control=config.control,
        measures=("critic", "refinement"),
    )
