"""A strong model finds what is wrong and writes rules against it; the model revises itself by them and learns that."""

from pydantic import Field

from experiments.alignment.composition import Arm, Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig
from experiments.alignment.learners import SFT, CommitContext
from experiments.alignment.proposers.greedy import Greedy
from experiments.alignment.proposers.red_team import RedTeam
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.proposers.self_revise import SelfRevise
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.best_worst import BestWorst
from experiments.alignment.selectors.keep_revision import KeepRevision
from experiments.alignment.selectors.new_rules import NewRules
from experiments.alignment.signals.judge_scalar import JudgeScalar

TEACHER = "teacher"


class IterativeConstitutionConfig(TrainingConfig):
    """Settings of the iterated constitution."""

    temperature: float = Field(0.8, gt=0, le=2, description="Sampling temperature of the answers.")
    finding_tokens: int = Field(
        96,
        ge=16,
        le=1024,
        description="Longest text of the strong model about one answer, in tokens.",
        json_schema_extra=FOLDED,
    )
    alike: float = Field(
        0.9,
        gt=0,
        le=1,
        description="Likeness (cosine of words) above which a proposed rule is no new one.",
        json_schema_extra=FOLDED,
    )


@recipe(
    slug="iterative-constitution",
    title="A constitution that grows from violations",
    leaf="2.3",
    paper="2403.18341",
    summary="A strong model finds violations and proposes rules; the model revises its answers by them and learns.",
    config=IterativeConstitutionConfig,
    roles=(
        POLICY,
        Role(TEACHER, "The stronger model that finds violations and proposes rules.", required=True),
    ),
    takes=("constitution",),
    makes=("checkpoint", "constitution"),
    data="format-rules",
)
def iterative_constitution(config: IterativeConstitutionConfig) -> Composition:
    """The rules are not given but found: where the model goes wrong, somebody stronger writes down what to heed.

    In the first phase the checkpoint answers every train prompt, and the strong model looks for violations. Where it
    sees one it proposes a general rule; rules that say something new are added to the constitution, which is committed
    before anything is revised. In the second phase the model revises its own answers to which a violation was
    found, by the rule of the constitution that fits best, and learns the revisions after the plain prompt. The rules
    accumulate over the rounds; the run may begin with those of another run, and its own can be lent to others.

    This follows IterAlign (arXiv 2403.18341). Departures: the prompts are those of the data set, so red-team
    prompts are a data set of that kind; one answer, one violation and one rule a prompt; the rule is chosen by
    likeness of words, where the paper shows the new constitution as a whole; near-copies of rules are dropped; low-rank
    adapters. The default data are instructions about form, which a check can verify; harm it cannot.

    The control answers each prompt twice, as many samples as draft and revision, and the strong model scores both
    answers: the better one counts.

    Reading it: violations should become fewer on probe, and gold should rise with that: fewer violations alone may
    mean that the model learned what the strong model overlooks. Count the rules. A constitution that grows by
    as much in every round, or that holds duplicates, is bloat; one that stays empty means that the strong model writes
    no rules that can be read. Fixes and breaks say whether the model can follow a rule at all.
    """
    find = RedTeam(config.temperature, config.max_tokens, config.finding_tokens, finder=TEACHER)
    rules = Phase(find, (), (Branch(NewRules(1 - config.alike), CommitContext(keep=True)),))
    revise = Phase(SelfRevise(find), (), (Branch(KeepRevision(), SFT(**config.learner_settings())),))
    fresh = Sample(2, config.temperature, config.max_tokens)
    return Composition(
        (rules, revise),
        answer_tokens=config.max_tokens,
        main=1,
        arms=(Arm(TEACHER, Greedy(config.max_tokens, TEACHER), once=True),),
        control=Phase(fresh, (JudgeScalar(role=TEACHER),), (Branch(BestWorst(JudgeScalar.kind)),)),
        measures=("teacher", "refinement", "rules", "growing_rules"),
    )
