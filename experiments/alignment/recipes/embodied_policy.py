"""Act in an environment and learn from the return."""

from pydantic import Field

from experiments.alignment.composition import Arm, Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig, with_default
from experiments.alignment.learners import PolicyGradient
from experiments.alignment.proposers.rollout import RolloutEnv
from experiments.alignment.proposers.rollout_random import RandomWalk
from experiments.alignment.registry import recipe
from experiments.alignment.selectors.group_norm import GroupNorm
from experiments.alignment.signals.env_return import EnvReturn


class EmbodiedConfig(TrainingConfig):
    """Settings of embodied-policy."""

    iterations: int = with_default(
        TrainingConfig, "iterations", 8, "Rounds of acting, learning and measuring."
    )
    prompts: int = with_default(TrainingConfig, "prompts", 16, "Starts that are played in each round.")
    episodes: int = Field(4, ge=2, le=64, description="Episodes played from each start.")
    temperature: float = Field(1.0, gt=0, le=2, description="Temperature at which moves are drawn.")
    world: str = Field(
        "text-grid-shifted",
        description="Environment in which transfer is measured, with the same seeds; empty leaves it out.",
    )
    clip: float = Field(
        0.2,
        gt=0,
        lt=1,
        description="How far a step may move a choice's probability ratio.",
        json_schema_extra=FOLDED,
    )
    entropy: float = Field(
        0.02, ge=0, le=1, description="Weight of the entropy of the moves, which keeps exploration alive."
    )
    learning_rate: float = with_default(TrainingConfig, "learning_rate", 2e-4)
    epochs: int = with_default(TrainingConfig, "epochs", 1, "Passes over the moves of a round.")
    batch_size: int = with_default(TrainingConfig, "batch_size", 64, "Moves in one training step.")


def embodied_arms(world: str) -> tuple[Arm, ...]:
    """What acting is compared with: chance, and the policy itself in another world, where one is named."""
    arms = (Arm("random", RandomWalk(), once=True),)
    return (*arms, Arm("shifted", RolloutEnv(temperature=0, world=world), world=world)) if world else arms


@recipe(
    slug="embodied-policy",
    title="Act and learn from the return",
    leaf="4.4",
    paper="2302.02662",
    summary="Play episodes in an environment, compare the returns from one start, make the better moves likelier.",
    config=EmbodiedConfig,
    data="text-grid",
)
def embodied_policy(config: EmbodiedConfig) -> Composition:
    """The policy acts, the world answers, and what led to a higher return becomes likelier.

    Each prompt names an environment and a seed. From each start the newest checkpoint plays several episodes: what it
    sees is told in words, and its move is drawn from the probabilities of the first tokens of the moves there are, so
    it never has to be parsed. An episode's return, less the mean of its siblings from the same start and over their
    standard deviation, is the advantage of each of its moves. A clipped policy gradient with an entropy term learns.

    This follows GLAM (arXiv 2302.02662), which grounds a language model by reinforcement learning in a text world, and
    TWOSOME (arXiv 2401.14151), which does so with low-rank adapters.

    Departures: no value head; advantages are normalised within the group of one start, as in GRPO (arXiv
    2402.03300). The moves are told apart by their first tokens, where GLAM multiplies the probabilities of all tokens
    and TWOSOME corrects for their number; so moves must begin differently, and no correction is needed. The prompt
    holds the present observation without the history, which is enough where a state shows all that matters.

    Reading it: success is decided by a replay of the moves, and means something only above the random policy, which
    is measured too. Learning starts slowly: while few episodes arrive, groups differ in little, and where all returns
    are the same nothing is taught (see the starts without a lesson). Much higher learning rates or no entropy let the
    policy collapse into one direction, and then stalls and moves against walls rise. The transfer environment tells
    whether the task was learned or its words: same seeds, other names, other size. Success that is lost there is the
    price of the simulation.
    """
    learn = PolicyGradient(clip=config.clip, entropy=config.entropy, **config.learner_settings())
    select = GroupNorm(EnvReturn.kind)
    phase = Phase(RolloutEnv(config.episodes, config.temperature), (EnvReturn(),), (Branch(select, learn),))
    return Composition(
        (phase,),
        answer=RolloutEnv(temperature=0),
        arms=embodied_arms(config.world),
        control=Phase(RandomWalk(config.episodes), (EnvReturn(),), (Branch(select),)),
        measures=("embodied",),
    )
