"""The model criticises its answers by a constitution, revises them and learns the revisions."""

from pydantic import Field

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import FOLDED, TrainingConfig
from experiments.alignment.learners import SFT
from experiments.alignment.prompts.refining import CONSTITUTIONAL
from experiments.alignment.proposers.refine_from import RefineFrom
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import POLICY, Role, recipe
from experiments.alignment.selectors.best_worst import BestWorst
from experiments.alignment.selectors.keep_final import KeepFinal
from experiments.alignment.signals.judge_scalar import JudgeScalar


class ConstitutionalCritiqueConfig(TrainingConfig):
    """Settings of the constitutional critique."""

    revisions: int = Field(2, ge=1, le=8, description="Critiques of an answer, each with a revision.")
    temperature: float = Field(0.8, gt=0, le=2, description="Sampling temperature of the drafts.")
    critique_tokens: int = Field(
        48, ge=8, le=1024, description="Longest critique, in tokens.", json_schema_extra=FOLDED
    )


@recipe(
    slug="constitutional-critique",
    title="Critique and revision by a constitution",
    leaf="1.2",
    paper="2212.08073",
    summary="Draft, criticise by a drawn rule, revise, repeat; learn the last revisions.",
    config=ConstitutionalCritiqueConfig,
    roles=(
        POLICY,
        Role("critic", "The model that criticises; by default the policy of the round itself."),
    ),
    takes=("constitution",),
    data="format-rules",
)
def constitutional_critique(config: ConstitutionalCritiqueConfig) -> Composition:
    """Rules in place of labels: the model finds where its own answer breaks one, mends it and learns the result.

    Each round the newest checkpoint drafts an answer to every train prompt. A rule of the constitution is drawn, the
    model says how the draft breaks it and rewrites the draft; then the next rule. The last revision becomes a
    demonstration after the plain prompt. The rules are those of the run that this one takes its constitution from,
    else eight built-in ones.

    This follows the supervised stage of Constitutional AI (arXiv 2212.08073). Departures: eight short rules about
    plain and honest answers, where the paper has sixteen about harm, each with its own wording of request; author and
    critic see each other's texts in fresh conversations; no examples of critiques; no mixing with other
    helpful data; low-rank adapters; several rounds, where the paper trains once.

    The control answers each prompt as often as there are drafts and revisions, and the critic scores each answer once:
    the best score wins. So both procedures draw as many answers. Opinions are one more in the control: a score for
    every answer, each of 64 tokens at most, where the procedure has one critique a revision, as long as is set.

    Reading it: fixes and breaks on probe come first. Where breaks keep up with fixes the revisions teach nothing,
    and more rounds make it worse. Look at revisions that change nothing, at the length of the answers, and at the
    rules: one that is used and never helps says that the model cannot apply it. Small models often agree with any
    critique, and the page then shows it.
    """
    words = (CONSTITUTIONAL, config.revisions, config.temperature, 0.0, config.max_tokens)
    propose = RefineFrom(*words, critique_tokens=config.critique_tokens, critic="critic")
    learn = SFT(**config.learner_settings())
    fresh = Sample(1 + config.revisions, config.temperature, config.max_tokens)
    return Composition(
        (Phase(propose, (), (Branch(KeepFinal(), learn),)),),
        answer_tokens=config.max_tokens,
        control=Phase(fresh, (JudgeScalar(role="critic"),), (Branch(BestWorst("judge")),)),
        measures=("refinement", "rules"),
    )
