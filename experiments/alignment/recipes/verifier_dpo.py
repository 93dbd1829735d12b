"""Right answers teach the generator, right against wrong ones teach a verifier that chooses among its samples."""

from typing import Literal

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.learners import DPO, KTO, SFT
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.reward_learning import START, START_ROLE
from experiments.alignment.selectors.answer_by import AnswerBy
from experiments.alignment.selectors.keep_correct import KeepCorrect
from experiments.alignment.selectors.majority import Majority
from experiments.alignment.selectors.most_probable import MostProbable
from experiments.alignment.selectors.right_wrong_pairs import RightWrongPairs
from experiments.alignment.selectors.verdicts import Verdicts
from experiments.alignment.signals.implicit_reward import ImplicitReward
from experiments.alignment.signals.verify_outcome import VerifyOutcome
from experiments.alignment.signals.vote import Vote


class VerifierDPOConfig(TrainingConfig):
    """Settings of verifier-dpo."""

    samples: int = Field(
        8, ge=2, le=64, description="Answers sampled for each prompt; the verifier chooses among as many."
    )
    temperature: float = Field(0.8, gt=0, le=2, description="Sampling temperature.")
    per_prompt: int = Field(
        2,
        ge=1,
        le=64,
        description="Right answers of each prompt that teach the generator in a round, at most.",
    )
    pairs: int = Field(
        2,
        ge=1,
        le=64,
        description="Right and wrong answers of each prompt that teach the verifier, at most so many.",
    )
    learns_from: Literal["pairs", "verdicts"] = Field(
        "pairs",
        description="What teaches the verifier: pairs of a right and a wrong answer (DPO), or each for itself (KTO).",
    )
    beta: float = Field(
        0.1, gt=0, le=10, description="How strongly the verifier is held to the base model while it learns."
    )
    score: Literal["likelihood", "margin"] = Field(
        "likelihood",
        description="How the verifier ranks: by the likelihood of an answer, or by how much likelier it is than "
        "under the base model.",
    )
    verifier_learning_rate: float = with_default(
        TrainingConfig, "learning_rate", 2e-4, "Peak learning rate of the verifier's adapters."
    )
    control: Literal["vote", "likeliest"] = Field(
        "vote",
        description="What chooses among as many samples for comparison: their majority, or the model's likelihood.",
        json_schema_extra=FOLDED,
    )
    operator_prompts: int = with_default(TrainingConfig, "operator_prompts", 64)

    @property
    def propose(self) -> Sample:
        """The generator's answers."""
        return Sample(self.samples, self.temperature, self.max_tokens)

    @property
    def control_phase(self) -> Phase:
        """What needs no verifier, on as many samples."""
        if self.control == "vote":
            return Phase(self.propose, (Vote(),), (Branch(Majority()),))
        return Phase(self.propose, (), (Branch(MostProbable()),))

    @property
    def verifier(self) -> Branch:
        """From the base in each round, on the answers of all rounds."""
        own = {"learning_rate": self.verifier_learning_rate, "beta": self.beta}
        settings = {**self.learner_settings(), **own}
        if self.learns_from == "verdicts":
            learn = KTO(role="verifier", init_from="base", data="accumulated", **settings)
            return Branch(Verdicts(self.pairs), learn)
        learn_pairs = DPO(role="verifier", init_from="base", data="accumulated", **settings)
        return Branch(RightWrongPairs(self.pairs), learn_pairs)


@recipe(
    slug="verifier-dpo",
    title="A generator and its verifier",
    leaf="3.2",
    paper="2402.06457",
    summary="Right answers retrain the generator, right against wrong ones train a verifier that picks among samples.",
    config=VerifierDPOConfig,
    roles=(POLICY, START_ROLE, Role("verifier", "The verifier that this run trains; leave it empty.")),
)
def verifier_dpo(config: VerifierDPOConfig) -> Composition:
    """Wrong answers are worth something too: a second model learns from them what right ones look like.

    Each round the newest generator answers every train prompt several times, and the check of the data set says which
    answers are right. Right ones become demonstrations of the generator. Right and wrong ones of the same prompt become
    pairs, from which a verifier learns by DPO. Both learn from the answers of all rounds and start again from the base
    model. At decode time, where no check is at hand, the answer is the one of several samples that the verifier ranks
    highest: this is the operator that is measured.

    This follows V-STaR (arXiv 2402.06457): two models, accumulated data, and the likelihood of an answer under the
    verifier as its score. Departures: the verifier starts from the base model, where the paper starts from a model
    fine-tuned on given solutions; a few pairs a prompt instead of all; low-rank adapters; `score` can be set to DPO's
    own reward, the log-ratio to the base, which does not favour short or common answers; with `learns_from` set to
    verdicts the verifier learns by KTO (arXiv 2402.01306), also from prompts whose answers are all right or all wrong.

    The control takes the majority of as many samples of the same generator. Where answers cannot be counted as votes,
    set it to the likeliest.

    Reading it: first the pair accuracy of the verifier, which must lie above one half. Its efficiency says how much of
    the way from a random sample to a perfect choice it goes; where all samples are right or all are wrong there is no
    way to go, and no value. A verifier below its control is not worth its training, which on short answers is common:
    there the majority is hard to beat. The generator's own accuracy rises as in rest-em, whatever the verifier does.
    """
    source = ImplicitReward(reference="" if config.score == "likelihood" else START)
    generator = SFT(init_from="base", data="accumulated", **config.learner_settings())
    select = AnswerBy(KeepCorrect(config.per_prompt), source.kind)
    return Composition(
        (
            Phase(
                config.propose,
                (VerifyOutcome(), source),
                (Branch(select, generator), config.verifier),
            ),
        ),
        answer_tokens=config.max_tokens,
        control=config.control_phase,
        measures=("verifier",),
    )
