"""People, or simulated people, propose and vote; what every opinion group shares becomes a constitution."""

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import RecipeConfig, with_default
from experiments.alignment.learners import CommitContext
from experiments.alignment.proposers.ask_people import AskPeople
from experiments.alignment.proposers.under_constitution import UnderConstitution
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.consensus import Consensus
from experiments.alignment.signals.human_vote import HumanVote


class CollectiveConstitutionConfig(RecipeConfig):
    """Settings of the consultation."""

    iterations: int = with_default(
        RecipeConfig, "iterations", 1, "Rounds of the consultation; one makes a constitution."
    )
    prompts: int = Field(8, ge=1, le=1000, description="Questions that people are asked in each round.")
    people: int = Field(
        12, ge=2, le=12, description="Simulated people, where the data holds no votes of people."
    )
    rules: int = Field(2, ge=1, le=100, description="Most statements of a question that become rules.")
    floor: float = Field(0.6, ge=0, le=1, description="Least group-aware consensus of a rule.")
    operator_prompts: int = Field(
        0, ge=0, le=1000, description="Questions of the probe split that are put to people too."
    )


@recipe(
    slug="collective-constitution",
    title="A constitution that every group shares",
    leaf="4.2",
    paper="2406.07814",
    summary="People propose and vote on rules; those that every opinion group shares become a constitution.",
    config=CollectiveConstitutionConfig,
    roles=(POLICY, Role("person", "The model that plays simulated people; by default the policy.")),
    makes=("constitution",),
    data="consultation",
)
def collective_constitution(config: CollectiveConstitutionConfig) -> Composition:
    """The values that a model should follow come from many people, and no majority may write them alone.

    Each question is put to people: they propose statements and vote on all of them (agree, disagree, pass). Voters fall
    into opinion groups by their votes. A statement's consensus is the geometric mean of the groups' agreement, so a
    group that rejects it cannot be outvoted. The best statements become the rules of a constitution, which is stored
    with its hash; recipes that criticise, revise or compare by rules take it with `--use constitution=RUN`.

    This follows Collective Constitutional AI (arXiv 2406.07814), where about a thousand people wrote and voted.

    Departures: where the data set holds no votes, people are simulated: kinds of person, played by a model, marked as
    simulated on every page. They stand for nobody, and their agreement says something about the model alone. No
    moderation, and statements are not edited into principles.

    Reading it: look at the opinion groups and at the agreement of the least agreeing group beside the consensus; a
    wide gap means that the rules please a majority. Answers of held-out questions are given under the rules from
    iteration 1 on: compare them with iteration 0. Simulated people who all agree with everything are a sign of a
    model that says yes.
    """
    person = HumanVote(config.people)
    branch = Branch(Consensus(config.rules, config.floor), CommitContext())
    return Composition(
        phases=(Phase(AskPeople(config.people, config.max_tokens), (person,), (branch,)),),
        answer_tokens=config.max_tokens,
        answer=UnderConstitution(config.max_tokens),
        measures=("opinions",),
    )
