"""Go on in the direction in which training changed the weights, without training."""

from typing import Literal

from pydantic import Field

from experiments.alignment.composition import Arm, Branch, Composition, Phase
from experiments.alignment.config import TrainingConfig, with_default
from experiments.alignment.learners import DPO, SFT, Extrapolate
from experiments.alignment.proposers.greedy import Greedy
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import recipe
from experiments.alignment.selectors.keep_correct import KeepCorrect
from experiments.alignment.selectors.no_samples import NoSamples
from experiments.alignment.selectors.right_wrong_pairs import RightWrongPairs
from experiments.alignment.signals.verify_outcome import VerifyOutcome

FACTORS = (1, 2, 4, 8)
"""Multiples of the least distance that are tried."""


def arm_name(factor: int) -> str:
    """The arm, and role, of the checkpoint at so many times the least distance."""
    return f"further_{factor}"


class ExtrapolationConfig(TrainingConfig):
    """Settings of extrapolation."""

    iterations: int = with_default(
        TrainingConfig,
        "iterations",
        1,
        "Rounds of training; after each one the weights are extrapolated anew.",
    )
    epochs: int = with_default(
        TrainingConfig,
        "epochs",
        1,
        "Passes over the samples of a round; what is left undone can be gone on to.",
    )
    train: Literal["pairs", "right"] = Field(
        "pairs",
        description="What is trained before: preferences of right to wrong answers (DPO), or right answers (SFT).",
    )
    alpha: float = Field(
        0.25,
        gt=0,
        le=2.5,
        description="The least distance beyond the trained weights, as a share of their change; 2, 4 and 8 times as "
        "far are tried as well.",
    )
    samples: int = Field(6, ge=2, le=64, description="Answers sampled for each prompt.")
    temperature: float = Field(0.8, gt=0, le=2, description="Sampling temperature.")
    beta: float = Field(
        0.1, gt=0, le=10, description="How strongly DPO is held to the model before training."
    )

    @property
    def trained(self) -> Branch:
        """What gives the direction."""
        settings = {"init_from": "base", "data": "accumulated", **self.learner_settings()}
        if self.train == "right":
            return Branch(KeepCorrect(), SFT(**settings))
        return Branch(RightWrongPairs(), DPO(beta=self.beta, **settings))

    def further(self, factor: int) -> Branch:
        """The checkpoint at so many times the least distance."""
        return Branch(NoSamples(), Extrapolate(role=arm_name(factor), alpha=factor * self.alpha))


@recipe(
    slug="extrapolation",
    title="Beyond the trained weights",
    leaf="2.4",
    paper="2404.16792",
    summary="Train a little, then move the weights on in the same direction, at no cost, and see how far it pays.",
    config=ExtrapolationConfig,
)
def extrapolation(config: ExtrapolationConfig) -> Composition:
    """If training moved a weak model to a better one, the same move once more may lead to a better one still.

    Each round answers are sampled and checked, and the base model is trained on those of all rounds: on pairs of a
    right and a wrong answer, or on right ones alone. Then, without data, four further checkpoints are written: the
    trained weights plus a quarter, a half, one and two times their whole change from the base (with `alpha` at its
    default). Each is an ordinary adapter that can be downloaded. All four are measured beside the trained model, which
    is their control: it differs by the extrapolation alone.

    This follows ExPO (arXiv 2404.16792): θ + α·(θ − θ₀), with α from a few values by a held-out score. There θ comes
    from DPO or RLHF, and the gain is largest after partial training. Departures: the change is that of low-rank
    adapters; θ₀ is the model before any training of the run, which need not be one that was fine-tuned; answers are
    judged by the check of the data set instead of a reward model.

    Reading it: the distance is chosen on probe and its gain is stated on gold, so that the choice does not flatter it.
    A gain that rises and then turns down is the normal picture. A loss at the least distance already means that
    training had gone far enough: take fewer epochs or a smaller learning rate. Far out texts break, which shows in
    accuracy first. A gain within its interval is none: the four are tried on the same prompts.
    """
    return Composition(
        (
            Phase(
                Sample(config.samples, config.temperature, config.max_tokens),
                (VerifyOutcome(),),
                (config.trained, *(config.further(factor) for factor in FACTORS)),
            ),
        ),
        answer_tokens=config.max_tokens,
        arms=tuple(Arm(arm_name(f), Greedy(config.max_tokens, arm_name(f))) for f in FACTORS),
        measures=("extrapolation",),
        operates=False,
    )
