"""Votes: answers are read without references, counted, and the majority is kept where it is large enough."""

import math

import pytest

from experiments.alignment.errors import ConfigError
from experiments.alignment.ports import Round
from experiments.alignment.selectors.majority import Majority
from experiments.alignment.selectors.most_probable import MostProbable
from experiments.alignment.signals.vote import LONGEST_LABEL, UNREAD, Vote
from experiments.alignment.types import Candidate, Group, Message, Prompt
from experiments.alignment.verifiers.answers import read_answer


def voted(*texts: str, verifier: str = "number") -> Group:
    """A group without any reference, with its votes."""
    group = Group(
        Prompt("p", (Message("user", "q"),), "probe"), tuple(Candidate(i, t, 1) for i, t in enumerate(texts))
    )

    def nobody(role: str) -> None:
        raise AssertionError(f"a vote asks no model, least of all {role}")

    at = Round(0, 1, 0, nobody, lambda: None, verifier)  # type: ignore[arg-type]
    return Group(group.prompt, group.candidates, Vote().read(at, [group])[0])


def fates(group: Group, selector: Majority) -> list[tuple[str, str]]:
    return [(s.fate, s.reason) for s in selector.pick(group, 0)]


@pytest.mark.parametrize(
    ("verifier", "text", "answer"),
    [
        ("number", "That makes 1,234.0.", "1234"),
        ("number", "-0", "0"),
        ("number", "1e999", None),
        ("number", "no idea", None),
        ("label", "The answer is Positive.", "positive"),
        ("label", "it could be positive or negative, who knows", None),
        ("exact", "  two\nwords ", "two words"),
        ("exact", "  ", None),
    ],
)
def test_different_wordings_of_one_answer_are_read_alike(
    verifier: str, text: str, answer: str | None
) -> None:
    assert read_answer(verifier, text) == answer


def test_answers_without_a_common_form_cannot_vote() -> None:
    with pytest.raises(
        ConfigError, match="'rule' cannot be counted as votes; choose data with one of number"
    ):
        voted("a sentence", verifier="rule")


def test_a_vote_is_the_share_of_all_samples_and_tells_its_histogram() -> None:
    group = voted("It is 7.", "7", "9", "well")
    assert [signal.value for signal in group.signals] == [0.5, 0.5, 0.25, None]
    assert group.signals[3].error == UNREAD
    assert group.signals[0].evidence is not None
    votes = group.signals[0].evidence.data
    assert (votes["counts"], votes["winner"], votes["share"]) == ({"7": 2, "9": 1}, "7", 0.5)
    assert votes["entropy"] == pytest.approx(-(2 / 3) * math.log(2 / 3) - (1 / 3) * math.log(1 / 3))


def test_where_nothing_can_be_read_nothing_is_voted() -> None:
    group = voted("well", "")
    assert [(s.value, s.evidence) for s in group.signals] == [(None, None)] * 2
    assert Majority().best(group) is None


def test_the_majority_is_kept_up_to_the_cap_each_text_once() -> None:
    group = voted("7", "9", "7", "It is 7.", "So 7", "?")
    assert fates(group, Majority(0.5, 2)) == [
        ("kept", "says what 67% say"), ("dropped", "another answer than the majority's"), ("dropped", "duplicate"),
        ("kept", "says what 67% say"), ("dropped", "2 kept already"), ("dropped", "unscored"),
    ]  # fmt: skip
    assert Majority().best(group) == 0


def test_a_small_majority_and_a_tie_teach_nothing() -> None:
    assert {why for _, why in fates(voted("7", "7", "9", "8", "6"), Majority(0.5))} == {
        "only 40% agree", "another answer than the majority's",
    }  # fmt: skip
    assert fates(voted("7", "9"), Majority(0.5)) == [("dropped", "tie"), ("dropped", "tie")]


def test_long_answers_that_begin_alike_stay_two_answers_within_a_stored_label() -> None:
    long = "word " * 50
    group = voted(f"{long}yes", f"{long}no", verifier="exact")
    labels = [signal.label for signal in group.signals]
    assert len(set(labels)) == 2
    assert {len(label) for label in labels} == {LONGEST_LABEL}
    assert all(label.startswith("word word") for label in labels)
    assert group.signals[0].evidence is not None
    assert group.signals[0].evidence.data["counts"] == dict.fromkeys(labels, 1)
    assert fates(group, Majority(0.5)) == [("dropped", "tie")] * 2


def test_a_label_is_as_long_as_a_database_stores_it_whatever_it_escapes() -> None:
    short, escaped = voted("a" * LONGEST_LABEL, "\0" * LONGEST_LABEL, verifier="exact").signals
    assert short.label == "a" * LONGEST_LABEL
    assert escaped.label.startswith("\\u0000")
    assert len(escaped.label) == LONGEST_LABEL


def test_the_control_answers_with_the_likeliest_sample() -> None:
    prompt = Prompt("p", (Message("user", "q"),), "probe")
    likely = Group(prompt, tuple(Candidate(i, "a", 1, logprob=p) for i, p in enumerate([-3.0, None, -1.0])))
    assert MostProbable().best(likely) == 2
    assert [(s.fate, s.reason) for s in MostProbable().pick(likely, 0)] == [
        ("dropped", "less likely"), ("dropped", "unscored"), ("kept", "likeliest"),
    ]  # fmt: skip
    assert MostProbable().best(Group(prompt, (Candidate(0, "a", 1),))) is None
