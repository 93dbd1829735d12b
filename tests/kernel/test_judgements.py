"""Judgements as candidates: drawn about one answer, trained after what the judge was told, and compared."""

import re
from collections.abc import Sequence
from dataclasses import replace

from experiments.alignment.judges.pairwise import META
from experiments.alignment.judges.rubrics import QUALITY, judge_messages
from experiments.alignment.proposers.judgements import JUDGE, Judgements
from experiments.alignment.sample_kinds import Preference
from experiments.alignment.samples import samples
from experiments.alignment.selectors.best_worst_pair import BestWorstPair
from experiments.alignment.signals.judge_pair_choice import JudgePairChoice
from experiments.alignment.types import Ask
from tests.kernel.planted import Planted, at, case_of
from tests.kernel.runs import sums

PAIR = re.compile(r"Answer A: (.*)\n\nAnswer B: (.*)\n\nWhich", re.DOTALL)


def says(ask: Ask) -> str:
    """Careful and careless judgements by the seed, of the answer 100."""
    if "Grade this answer" not in case_of(ask):
        return "100"
    return "The sum is right.\nScore: 5" if ask.seed % 2 else "I like numbers.\nScore: 2"


def prefers_reasons(case: str, options: tuple[str, ...]) -> Sequence[float]:
    """The judgement that speaks of the sum, with a liking for the first place besides."""
    found = PAIR.search(case)
    assert found is not None
    first, second = ("sum" in side for side in found.groups())
    return (0.9, 0.1) if first and not second else (0.3, 0.7) if second and not first else (0.7, 0.3)


def test_a_judgement_is_trained_after_what_the_judge_was_told() -> None:
    [made] = Judgements(3).propose(at(Planted(says)), sums("train", 1))
    assert [c.role for c in made.candidates] == ["policy", JUDGE, JUDGE, JUDGE]
    told = judge_messages(QUALITY, made.prompt.text, "100")
    assert {c.train_context for c in made.candidates[1:]} == {told}
    assert len({c.seed for c in made.candidates}) == 4


def test_the_meta_judge_prefers_the_better_judgement_and_it_is_learned_as_one() -> None:
    where = at(Planted(says, prefers_reasons))
    groups = Judgements(4).propose(where, sums("train", 6))
    read = JudgePairChoice(META, role="meta-judge", of=JUDGE).read(where, groups)
    made = [replace(g, signals=s) for g, s in zip(groups, read, strict=True)]
    taught = [
        sample
        for group in made
        for sample in samples(
            replace(group, selections=BestWorstPair().pick(group, 0)), "policy", "preference"
        )
    ]
    assert taught
    for sample in taught:
        assert isinstance(sample, Preference)
        assert "The sum is right" in sample.chosen
        assert "I like numbers" in sample.rejected
        assert "Grade this answer" in sample.prompt[-1].content
