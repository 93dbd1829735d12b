"""Imitate an expert first, then prefer the better of two episodes."""

from pydantic import Field

from experiments.alignment.composition import Arm, Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.learners import DPO, SFT
from experiments.alignment.proposers.rollout import RolloutEnv
from experiments.alignment.proposers.rollout_expert import ExpertWalk
from experiments.alignment.proposers.rollout_random import RandomWalk
from experiments.alignment.recipes.embodied_policy import embodied_arms
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.keep_expert import KeepExpert
from experiments.alignment.selectors.trajectory_pairs import TrajectoryPairs
from experiments.alignment.signals.env_return import EnvReturn

IMITATION = "imitation"


class TrajectoryConfig(TrainingConfig):
    """Settings of trajectory-preference."""

    prompts: int = with_default(TrainingConfig, "prompts", 32, "Starts that are played in each round.")
    episodes: int = Field(4, ge=1, le=64, description="Episodes explored from each start.")
    temperature: float = Field(1.0, gt=0, le=2, description="Temperature at which moves are drawn.")
    world: str = Field(
        "text-grid-shifted",
        description="Environment in which transfer is measured, with the same seeds; empty leaves it out.",
    )
    imitation_rate: float = Field(
        5e-4, gt=0, le=1, description="Peak learning rate while the expert is imitated."
    )
    imitation_epochs: int = Field(2, ge=1, le=50, description="Passes over the expert's moves.")
    learning_rate: float = with_default(
        TrainingConfig, "learning_rate", 1e-4, "Peak learning rate on the pairs."
    )
    epochs: int = with_default(TrainingConfig, "epochs", 1, "Passes over the pairs of a round.")
    beta: float = Field(
        0.1, gt=0, le=10, description="How closely DPO holds to the checkpoint it starts from."
    )
    control: bool = Field(
        True,
        description="Also keep the model that only imitated the expert, as the control.",
        json_schema_extra=FOLDED,
    )


def _imitate(config: TrajectoryConfig, role: str) -> SFT:
    return SFT(
        role=role,
        adapter=config.adapter,
        learning_rate=config.imitation_rate,
        epochs=config.imitation_epochs,
        batch_size=config.batch_size,
    )


def _prefer(config: TrajectoryConfig) -> DPO:
    return DPO(init_from="current", beta=config.beta, **config.learner_settings())


@recipe(
    slug="trajectory-preference",
    title="Prefer the better episode",
    leaf="4.4",
    paper="2403.02502",
    summary="Imitate shortest walks once, explore, prefer the better episode to each that did worse, repeat.",
    config=TrajectoryConfig,
    roles=(
        POLICY,
        Role(IMITATION, "The control that only imitates the expert; the run trains it, so leave it empty."),
    ),
    data="text-grid",
)
def trajectory_preference(config: TrajectoryConfig) -> Composition:
    """The policy learns first from an expert's walks and then from its own failures.

    In the first round shortest walks of the environment are demonstrations, one a move. Then, in this round and in
    each later one, the newest checkpoint explores from each start. The best episode, the expert's where it is as good,
    is preferred to each one with a lower return, and DPO learns from the moves at which the two part.

    This follows ETO, exploration-based trajectory optimisation (arXiv 2403.02502): behaviour cloning, then rounds of
    exploration and of DPO on failure against success, ties dropped, each round with the previous checkpoint as its
    reference.

    Departures: a pair is the first two moves that differ, after the history that both share, instead of all moves of
    both episodes: so both answer one prompt and no word of the environment is ever trained on. All failures from
    a start are paired, not one. Failures end with the environment's own limit of moves, where ETO cuts them at the
    expert's length and five more. The expert is a search, not a person or a larger model.

    Reading it: the control is the model that only imitated. What exploration adds is success above it, and the paper
    needs that first imitation too. Few pairs in later rounds mean that hardly anything fails, or that nothing arrives
    but the expert. Published runs gain in the first rounds and then decline: compare rounds. Where imitation alone
    is perfect nothing is left to prefer, and the page says so.
    """
    taught = ("policy", IMITATION) if config.control else ("policy",)
    imitate = tuple(Branch(KeepExpert(), _imitate(config, role)) for role in taught)
    explore = Phase(
        RolloutEnv(config.episodes, config.temperature, expert=True),
        (EnvReturn(),),
        (Branch(TrajectoryPairs(), _prefer(config)),),
    )
    alone = (Arm(IMITATION, RolloutEnv(temperature=0, role=IMITATION)),) if config.control else ()
    return Composition(
        (Phase(ExpertWalk(), (EnvReturn(),), imitate), explore),
        answer=RolloutEnv(temperature=0),
        arms=(*embodied_arms(config.world), *alone),
        main=1,
        control=Phase(RandomWalk(config.episodes), (EnvReturn(),), (Branch(TrajectoryPairs()),)),
        measures=("embodied",),
    )
