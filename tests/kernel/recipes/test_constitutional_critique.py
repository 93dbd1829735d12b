"""Revisions that fix gain, revisions that break lose, and both are counted; the last revision is what is learned."""

from pathlib import Path

from experiments.alignment.sample_kinds import Demonstration
from experiments.alignment.scripted_answers import is_right
from experiments.alignment.types import Ask
from tests.kernel.planted import Planted, case_of
from tests.kernel.recipes.critics import draft, right, run, wrong
from tests.kernel.runs import metric


def author(mends: bool) -> Planted:
    """Half of the drafts are right; every revision is right, or every one is wrong."""

    def says(ask: Ask) -> str:
        case = case_of(ask)
        if "Write the new answer alone" in case:
            return right(case) if mends else wrong(case)
        return "It breaks the rule." if "Rule:" in case else draft(ask)

    return Planted(says)


def test_revisions_that_fix_gain_and_are_learned_without_the_critique(tmp_path: Path) -> None:
    memory, workshop = run(tmp_path, "constitutional-critique", author(mends=True))
    assert metric(memory, 0, "fixes").low > 0.2
    assert metric(memory, 0, "breaks").value == 0
    assert metric(memory, 0, "refine_delta").low > 0.2
    assert metric(memory, 0, "refine_p").value < 0.001
    assert metric(memory, 0, "operator_gain").low > 0.2
    [(_, samples)] = workshop.learned
    assert len(samples) == 24
    for sample in samples:
        assert isinstance(sample, Demonstration)
        assert is_right(sample.prompt[-1].content, sample.answer)
        assert "Rule" not in sample.prompt[-1].content


def test_revisions_that_break_lose_and_the_alarm_tells(tmp_path: Path) -> None:
    memory, _ = run(tmp_path, "constitutional-critique", author(mends=False))
    assert metric(memory, 0, "breaks").low > 0.3
    assert metric(memory, 0, "fixes").value == 0
    assert metric(memory, 0, "refine_delta").high < -0.3
    assert "operator_no_gain" in memory.alarms[0]


def test_the_rules_are_counted_by_use_and_by_effect(tmp_path: Path) -> None:
    memory, _ = run(tmp_path, "constitutional-critique", author(mends=True), revisions=1)
    assert 5 <= metric(memory, 1, "rules_used", "train").value <= 8
    assert metric(memory, 0, "rules_helping").value >= 5
    assert metric(memory, 0, "rules_harming").value == 0
    harmed, _ = run(tmp_path, "constitutional-critique", author(mends=False), revisions=1)
    assert metric(harmed, 0, "rules_harming").value >= 5


def test_a_revision_that_changes_nothing_is_told(tmp_path: Path) -> None:
    def says(ask: Ask) -> str:
        case = case_of(ask)
        if "Write the new answer alone" in case:
            return case.split("Answer: ")[1].split("\n\n")[0]
        return "It keeps it." if "Rule:" in case else draft(ask)

    memory, _ = run(tmp_path, "constitutional-critique", Planted(says))
    assert metric(memory, 0, "revision_unchanged").value == 1
    assert metric(memory, 0, "revision_length_ratio").value == 1
