"""A model learns from revisions that a simulated society rates higher than its drafts."""

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig
from experiments.alignment.learners import DPO
from experiments.alignment.prompts.personas import PERSONAS
from experiments.alignment.proposers.observers import GAIN, Observers
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.best_worst import BestWorst
from experiments.alignment.selectors.refine_pair import RefinePair
from experiments.alignment.signals.judge_expected import JudgeExpected


class SocialSimulationConfig(TrainingConfig):
    """Settings of the social simulation."""

    observers: int = Field(
        3, ge=2, le=len(PERSONAS), description="Observers that rate and comment on each draft."
    )
    margin: float = Field(
        0.1, ge=0, le=6, description="Least gain in the mean rating, of 1 to 7, that is learned from."
    )
    temperature: float = Field(0.8, gt=0, le=2, description="Sampling temperature of the drafts.")
    comment_tokens: int = Field(
        32, ge=8, le=1024, description="Longest comment, in tokens.", json_schema_extra=FOLDED
    )
    beta: float = Field(0.1, gt=0, le=10, description="How closely DPO holds to the previous checkpoint.")


@recipe(
    slug="social-simulation",
    title="Learn from a simulated society",
    leaf="4.1",
    paper="2305.16960",
    summary="Draft, let observers rate and comment, revise, and learn revisions that raise the observers' mean rating.",
    config=SocialSimulationConfig,
    roles=(
        POLICY,
        Role("observer", "The model that plays the observers; by default the policy of the round itself."),
    ),
    data="format-rules",
)
def social_simulation(config: SocialSimulationConfig) -> Composition:
    """Answers are mended by the reactions of others, and what others like better is learned.

    For each train prompt the newest checkpoint writes a draft. Several observers, each a reader of another kind in
    a conversation of its own, rate it from 1 to 7 and comment on it. The author revises by their comments, and they
    rate again. A revision is accepted only if their mean rises by the margin; then revision and draft are a
    preference whose soft label grows with the gain, and DPO learns it.

    This follows Stable Alignment (arXiv 2305.16960) and its scattering of feedback to those around an author.
    Departures: three observers in place of a grid of a hundred agents, and no memory of theirs; DPO with a label that
    grows with the gain, where the paper has a loss with a margin in proportion to it; ratings are read from
    the probabilities of the seven numbers; no imitation of drafts and no realignment data; low-rank adapters.

    The control draws two fresh answers, the same number, and takes the one that an observer without a persona scores
    higher.

    Reading it: gain in the rating beside accuracy. Observers that praise revisions which are no better over-rate
    them; trained models are over-rated most. A spread near 0 means that the observers are one voice,
    an echo chamber, and that more of them add nothing. Few accepted revisions leave little to learn from.
    """
    propose = Observers(
        PERSONAS[: config.observers], config.temperature, config.max_tokens, config.comment_tokens
    )
    learn = DPO(beta=config.beta, **config.learner_settings())
    judged = Phase(
        Sample(2, config.temperature, config.max_tokens),
        (JudgeExpected(role="observer"),),
        (Branch(BestWorst(JudgeExpected.kind)),),
    )
    return Composition(
        (Phase(propose, (), (Branch(RefinePair(GAIN, config.margin), learn),)),),
        answer_tokens=config.max_tokens,
        control=judged,
        measures=("refinement", "observers"),
    )
