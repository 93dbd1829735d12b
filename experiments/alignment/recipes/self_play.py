"""The model learns to prefer demonstrations to its own samples until it cannot tell them apart."""

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.learners import DPO
from experiments.alignment.proposers.replay import Replay
from experiments.alignment.proposers.self_play import OwnAgainstReference
from experiments.alignment.registry import recipe
from experiments.alignment.selectors.best_worst import BestWorst
from experiments.alignment.selectors.held_back import HeldBack
from experiments.alignment.selectors.observe import Observe
from experiments.alignment.signals.likelihood import Likelihood
from experiments.alignment.signals.reference import SameAsReference


class SelfPlayConfig(TrainingConfig):
    """Settings of self-play."""

    temperature: float = Field(1.0, gt=0, le=2, description="Sampling temperature of the opponent.")
    beta: float = Field(0.1, gt=0, le=10, description="How closely DPO holds to the previous checkpoint.")
    held_back: float = Field(
        0.2,
        gt=0,
        lt=1,
        description="Share of the train prompts that is never learned from; the discriminator is measured on it.",
        json_schema_extra=FOLDED,
    )
    learning_rate: float = with_default(TrainingConfig, "learning_rate", 2e-4)


@recipe(
    slug="self-play",
    title="Tell demonstrations from own samples",
    leaf="1.5",
    paper="2401.01335",
    summary="Prefer the demonstration to a sample of the previous checkpoint, until the two are alike.",
    config=SelfPlayConfig,
)
def self_play(config: SelfPlayConfig) -> Composition:
    """The model plays against its previous checkpoint, with nothing but demonstrations as supervision.

    Each round the newest checkpoint answers every train prompt once. The demonstration of the data set is preferred
    to that answer, and DPO starts from the same checkpoint, which is also its reference. Its loss therefore begins
    at log 2 in every round. After training the pairs are read again: the update is a discriminator between
    demonstrations and own samples.

    This follows SPIN (arXiv 2401.01335). As there, the demonstrations never change and the opponent is the policy
    of the round before; no judge and no verifier says anything.

    Departures: low-rank adapters instead of full fine-tuning; one fixed β; the pairs of one round are trained on,
    where the paper also keeps those of the round before; a share of the train prompts is held back, so that the
    discriminator can be measured on pairs that it never saw.

    Reading it: the discriminator's accuracy on held-back prompts falls towards 50 % as the model approaches the
    demonstrations; there the game has ended and more rounds teach nothing. Look at the demonstrations' own
    log-probability beside the margin: a margin that rises while that falls is displacement, not learning. The
    ceiling is the demonstrations, so there is no operator at decode time whose gain could be measured. Accuracy on
    probe and gold says what it was good for.
    """
    learn = DPO(init_from="previous", beta=config.beta, **config.learner_settings())
    select = HeldBack(BestWorst(SameAsReference.kind), config.held_back)
    play = Phase(
        OwnAgainstReference(config.temperature, config.max_tokens),
        (SameAsReference(), Likelihood()),
        (Branch(select, learn),),
    )
    look = Phase(Replay(), (Likelihood(),), (Branch(Observe()),))
    return Composition((play, look), answer_tokens=config.max_tokens, measures=("self_play",), operates=False)
