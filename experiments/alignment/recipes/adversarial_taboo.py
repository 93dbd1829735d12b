"""The model plays a word game against itself and learns from whoever won."""

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.learners import PolicyGradient
from experiments.alignment.proposers.taboo import PlayTaboo
from experiments.alignment.registry import recipe
from experiments.alignment.selectors.winner_turns import WinnerTurns
from experiments.alignment.signals.game import GameOutcome


class AdversarialTabooConfig(TrainingConfig):
    """Settings of adversarial-taboo."""

    prompts: int = with_default(TrainingConfig, "prompts", 60, "Secret words played in each round.")
    episodes: int = Field(2, ge=1, le=64, description="Episodes played about each word.")
    rounds: int = Field(4, ge=1, le=16, description="Moves of each side before an episode is a tie.")
    temperature: float = Field(1.0, gt=0, le=2, description="Sampling temperature of the moves.")
    move_tokens: int = Field(48, ge=8, le=512, description="Longest move, in tokens.")
    max_tokens: int = with_default(
        TrainingConfig, "max_tokens", 16, "Longest answer when words are guessed in Evaluate."
    )
    learning_rate: float = with_default(TrainingConfig, "learning_rate", 1e-4)
    epochs: int = with_default(TrainingConfig, "epochs", 1, "Passes over the winners' moves of a round.")
    kl_beta: float = Field(
        0.2,
        ge=0,
        le=10,
        description="Weight of the divergence from the checkpoint that the round began with.",
        json_schema_extra=FOLDED,
    )


@recipe(
    slug="adversarial-taboo",
    title="Adversarial taboo",
    leaf="1.5",
    paper="2404.10642",
    summary="One model plays both sides of a word game, code decides who won, and the moves of the winner are learned.",
    config=AdversarialTabooConfig,
    data="taboo-words",
)
def adversarial_taboo(config: AdversarialTabooConfig) -> Composition:
    """A game with a rule judge is a source of reward that needs no label beyond the word.

    The attacker knows a secret word and tries to make the defender say it unawares, without saying it itself. The
    defender tries to find the word out and may guess once. The newest checkpoint plays both sides. Code decides
    every episode, and the moves of its winner are trained on by the policy gradient: each gets a share of the
    reward that falls by 0.8 for each later move, shares sum to 1, and the two sides weigh a half each.

    This follows SPAG (arXiv 2404.10642), its game, its credit and its divergence of 0.2 from the round's first
    policy.

    Departures: no imitation of games played by a stronger model beforehand, and no fine-tuning data mixed into the
    loss, so an untrained small model may hardly play at all; episodes that a move against the rules ended (the
    attacker said the word, somebody said nothing) count as lost but teach nothing; the halves hold within each
    word's episodes; low-rank adapters; the clipped objective on recorded moves.

    Reading it: win rates of a model against itself do not say that it became better, only which side is easier.
    Look at moves against the rules first: where most episodes end so, nothing is learned. Accuracy on probe and
    gold is apart from the game: guessing a held-out word from its description. There is no answer that a game would
    end with, so no operator gain is measured.
    """
    learn = PolicyGradient(
        init_from="previous",
        kl_beta=config.kl_beta,
        **config.learner_settings(),
        max_length=1024,
    )
    propose = PlayTaboo(config.episodes, config.rounds, config.temperature, config.move_tokens)
    phase = Phase(propose, (GameOutcome(),), (Branch(WinnerTurns(), learn),))
    return Composition((phase,), answer_tokens=config.max_tokens, measures=("games",), operates=False)
