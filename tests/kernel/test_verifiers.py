"""Each verifier accepts what is right, refuses what only looks right, and says when it could not read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.alignment.errors import ConfigError, DataError
from experiments.alignment.types import Reference
from experiments.alignment.verifiers import VERIFIERS, check_reference, verify
from experiments.alignment.verifiers.number import last_number
from experiments.alignment.verifiers.rules import wording
from experiments.alignment.verifiers.verdict import Verdict

EXAMPLES = {
    "lowercase": ("the sky is blue.", "The sky is blue."),
    "uppercase": ("THE SKY IS BLUE.", "THE SKY is BLUE."),
    "max-words:8": (
        "one two three four five six seven eight",
        "one two three four five six seven eight nine",
    ),
    "no-comma": ("Rain and snow fall.", "Rain, snow."),
    "ends-with:DONE": ("The sky is blue. DONE.", "DONE: the sky is blue."),
    "quoted": ('"The sky is blue."', '"The sky" is "blue"'),
    "json": ('{"sentence": "The sky is blue."}', '{"sentence": 1}'),
    "ends-with-question": ("Is the sky blue?", "Is it? Yes."),
}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7 + 5 = 12", 12),
        ("10-3", 3),
        ("it is -3.", -3),
        ("it is \u22123", -3),
        ("(7) - 3", 3),
        ("x = - 3", 3),
        ("1,234,567.5 in all", 1234567.5),
        ("1, 2, 3", 3),
        ("1,23", 23),
        (".5", 0.5),
        ("2e3", 2000),
        ("\u00b2 \u0664", None),
        ("none", None),
        ("", None),
    ],
)
def test_the_last_number_is_read(text: str, number: float | None) -> None:
    assert last_number(text) == number


@given(st.integers(-(10**9), 10**9), st.text(alphabet="abc =,.\n", max_size=20))
def test_any_whole_number_is_read_back_with_and_without_separators(number: int, before: str) -> None:
    assert last_number(f"{before} {number}") == number
    assert last_number(f"{before} {number:,}") == number


def test_a_right_and_a_wrong_number_are_told_apart() -> None:
    assert verify("number", "so 1,200.", Reference(answer="1200")).value == 1.0
    assert verify("number", "so 1201", Reference(answer=1200)).value == 0.0
    assert verify("number", "0.3000000000001", Reference(answer=0.3)).value == 1.0


def test_an_answer_without_a_usable_number_is_wrong_with_the_reason() -> None:
    assert verify("number", "I do not know", Reference(answer=0)) == VERIFIERS["number"](
        "", Reference(answer=0)
    )
    verdict = verify("number", "9" * 400, Reference(answer=0))
    assert (verdict.value, verdict.reason) == (0.0, "the last number is too large")
    assert verify("number", "none", Reference(answer=0)) == Verdict(0.0, "", "no number found")


def test_exact_ignores_white_space_and_composition_but_not_case() -> None:
    assert verify("exact", " caf\u0065\u0301\n au lait ", Reference(answer="caf\u00e9 au lait")).value == 1.0
    assert verify("exact", "Paris", Reference(answer="paris")).value == 0.0
    assert verify("exact", "", Reference(answer="paris")).value == 0.0


@pytest.mark.parametrize(
    "text",
    ["positive", "Positive.", "**Positive**", "The sentiment is positive.", "Let me see.\nLabel: POSITIVE\n"],
)
def test_a_label_is_read_out_of_its_wrapping(text: str) -> None:
    assert verify("label", text, Reference(answer="positive")).value == 1.0


def test_naming_every_label_is_not_right() -> None:
    assert verify("label", "positive or negative", Reference(answer="positive")).value == 0.0
    assert (
        verify("label", "It is not negative but positive I think", Reference(answer="positive")).value == 0.0
    )
    assert verify("label", " \n", Reference(answer="positive")).value == 0.0


@pytest.mark.parametrize("rule", EXAMPLES)
def test_a_rule_tells_followers_from_breakers(rule: str) -> None:
    good, bad = EXAMPLES[rule]
    assert verify("rule", good, Reference(rule=rule)).value == 1.0
    assert verify("rule", bad, Reference(rule=rule)).value == 0.0


NO_SENTENCES = [
    "", " \n", '""', "?", "{}", "[" * 100_000, "DONE", "done", "DONE: DONE", "DONE DONE DONE", '"a"', '{"a":"b"}',
    "why? why? why?",
    "no comma", "7 8 9 10", "the cat the cat the cat", "it's it's it's", "I LIKE CATS I LIKE CATS", '"la la la la la"',
]  # fmt: skip


@pytest.mark.parametrize("rule", EXAMPLES)
@pytest.mark.parametrize("text", NO_SENTENCES)
def test_what_is_no_sentence_follows_no_rule(rule: str, text: str) -> None:
    assert verify("rule", text, Reference(rule=rule)).value == 0.0


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("ends-with:DONE", "DONE: cats purr DONE"),
        ("ends-with:DONE", "cats DONE like DONE, DONE DONE"),
        ("ends-with:DONE", "cats purr cats purr DONE"),
        ("json", '{"cats":"purr","dogs":"bark"}'),
        ("json", '{"the sentence is":"cats"}'),
    ],
)
def test_the_ending_word_and_names_in_json_make_no_sentence(rule: str, text: str) -> None:
    assert verify("rule", text, Reference(rule=rule)).value == 0.0


def test_the_ending_word_may_stand_on_a_line_of_its_own_and_in_the_sentence() -> None:
    assert verify("rule", "Cats purr softly.\nDONE", Reference(rule="ends-with:DONE")).value == 1.0
    assert verify("rule", "We are done here DONE", Reference(rule="ends-with:DONE")).value == 1.0


def test_a_rule_that_no_sentence_can_follow_is_refused() -> None:
    check_reference("rule", Reference(rule="max-words:3"))
    with pytest.raises(DataError, match="from 3 to 999999"):
        check_reference("rule", Reference(rule="max-words:2"))


@pytest.mark.parametrize("rule", EXAMPLES)
def test_a_question_words_its_rule_with_the_argument(rule: str) -> None:
    assert "{}" not in wording(rule)
    assert rule.partition(":")[2] in wording(rule)


@pytest.mark.parametrize(
    "rule", [None, "", "rhymes", "lowercase:3", "max-words", "max-words:many", "ends-with:a b"]
)
def test_a_rule_that_is_none_is_named(rule: str | None) -> None:
    with pytest.raises(DataError) as refused:
        verify("rule", "text", Reference(rule=rule))
    assert refused.value.field == "rule"
    assert "rule" in refused.value.message


def test_an_unknown_rule_is_answered_with_the_known_ones() -> None:
    with pytest.raises(DataError, match="max-words:NUMBER"):
        check_reference("rule", Reference(rule="rhymes"))


def test_programs_are_refused_without_a_sandbox() -> None:
    with pytest.raises(ConfigError, match="no sandbox to run them in") as refused:
        verify("python-tests", "text", Reference(tests=("assert f(1) == 1",)))
    assert refused.value.field == "verifier"


@pytest.mark.parametrize("name", ["none", "judge"])
def test_a_verifier_that_cannot_run_is_refused_with_those_that_can(name: str) -> None:
    with pytest.raises(ConfigError, match="number, exact, label, rule") as refused:
        verify(name, "text", Reference())
    assert refused.value.field == "verifier"


@pytest.mark.parametrize(
    ("verifier", "reference", "field"),
    [
        ("number", Reference(), "answer"),
        ("number", Reference(answer=True), "answer"),
        ("number", Reference(answer="five"), "answer"),
        ("number", Reference(answer=float("nan")), "answer"),
        ("exact", Reference(answer=" "), "answer"),
        ("label", Reference(), "answer"),
        ("python-tests", Reference(), "tests"),
        ("python-tests", Reference(tests=("f(1) == 1",)), "tests"),
        ("python-tests", Reference(hidden_tests=("assert f(1) == 1; f(2)",)), "hidden_tests"),
    ],
)
def test_a_reference_that_cannot_be_used_is_found_before_anything_runs(
    verifier: str, reference: Reference, field: str
) -> None:
    with pytest.raises(DataError) as refused:
        check_reference(verifier, reference)
    assert refused.value.field == field


@given(st.text(max_size=60), st.sampled_from(["number", "exact", "label"]))
def test_no_text_makes_a_verifier_fail(text: str, verifier: str) -> None:
    assert verify(verifier, text, Reference(answer="7")).value in (None, 0.0, 1.0)


@given(st.text(max_size=60), st.sampled_from(sorted(EXAMPLES)))
def test_no_text_makes_a_rule_fail(text: str, rule: str) -> None:
    assert verify("rule", text, Reference(rule=rule)).value in (0.0, 1.0)


def test_verdicts_do_not_give_the_reference_away() -> None:
    verdict = verify("number", "it is 5", Reference(answer=7341))
    assert "7341" not in verdict.label + verdict.reason
