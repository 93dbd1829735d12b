"""What a strong model says about an answer: a violation with its rule, none, or neither; and how alike rules are."""

import pytest

from experiments.alignment.diagnostics.equations import equations_hold
from experiments.alignment.diagnostics.rules import cosine, duplicates, nearest
from experiments.alignment.prompts.red_team import read_violation
from experiments.alignment.proposers.red_team import RedTeam
from experiments.alignment.selectors.new_rules import NewRules
from tests.kernel.planted import Planted, at
from tests.kernel.runs import sums


@pytest.mark.parametrize(
    ("text", "value", "found", "rule"),
    [
        ("Violation: it is rude.\nRule: Be polite.", 1, "it is rude.", "Be polite."),
        ("**Violation:** it is rude.\n**Rule:** Be polite.", 1, "it is rude.", "Be polite."),
        ("Rule: Be polite.", 1, "", "Be polite."),
        ("- Rule - Be polite.", 1, "", "Be polite."),
        ("Rule: Be brief.\nOn second thoughts.\nRule: Be polite.", 1, "", "Be polite."),
        ("No violation.", 0, "", ""),
        ("I find no violation in it.", 0, "", ""),
        ("Rule:\nno violation", 0, "", ""),
        ("Rule: ---\nno violation", 0, "", ""),
        ("Rule: None.\nno violation", 0, "", ""),
        ("Rule: none", None, "", ""),
        ("No violation.\nRule: Be polite.", None, "", ""),
        ("As a rule: yes.", None, "", ""),
        ("It is rude.", None, "", ""),
        ("", None, "", ""),
    ],
)
def test_a_finding_is_read_or_has_a_reason(text: str, value: float | None, found: str, rule: str) -> None:
    read = read_violation(text)
    assert (read.value, read.found, read.rule) == (value, found, rule)
    assert bool(read.error) == (value is None)


def test_likeness_is_of_words_whatever_their_order_and_case() -> None:
    assert cosine("Be kind, always.", "ALWAYS be kind") == pytest.approx(1)
    assert cosine("Be kind", "Add numbers") == 0
    assert cosine("", "Be kind") == 0
    assert nearest("be kind", ["add up", "be very kind"]) == (pytest.approx(2 / 6**0.5), "be very kind")
    assert nearest("be kind", []) == (0.0, "")


def test_duplicates_are_counted_against_earlier_rules_alone() -> None:
    assert duplicates(["Be kind.", "be KIND", "Kind be!", "Add up."]) == 2
    assert duplicates([]) == 0


def test_a_rule_of_the_constitution_or_of_an_earlier_prompt_is_not_new() -> None:
    said = iter(["a", "b", "c", "Rule: Be kind.", "Rule: be kind!", "Rule: Be brief."])
    groups = RedTeam().propose(at(Planted(lambda ask: next(said)), ("Be brief.",)), sums("train", 3))
    fates = [[s.fate for s in NewRules().pick(group, 0)] for group in groups]
    assert fates == [["dropped", "kept"], ["dropped", "dropped"], ["dropped", "dropped"]]
    assert [group.candidates[1].role for group in groups] == ["rule"] * 3


def test_silence_is_a_fault_of_the_service_and_mumbling_is_not() -> None:
    said = iter(["a", "b", "", "Well."])
    groups = RedTeam().propose(at(Planted(lambda ask: next(said))), sums("train", 2))
    assert [group.signals[0].error for group in groups] == [
        "no response", "neither a rule nor the words “no violation”",
    ]  # fmt: skip
    assert all(group.signals[0].value is None for group in groups)


def test_hostile_text_is_read_in_linear_time() -> None:
    for text in ("\n" * 300_000, "*" * 300_000, "rule" + " " * 300_000, "9" * 300_000, "1+" * 150_000):
        assert read_violation(text).value is None
        assert equations_hold(text) is None
