"""Planted copies, refusals and other waste are dropped, each by its own filter and with the reason; the rest stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.alignment.filters.answers import OF_ANSWERS, CopiedInput, Ended, Refusal, SaysSomething
from experiments.alignment.filters.instructions import (
    BannedWords,
    CopiedRequest,
    Length,
    NearCopy,
    NoGain,
    Novelty,
    SameLetters,
    of_new_instructions,
)
from experiments.alignment.filters.likeness import (
    nearest,
    nearest_by_letters,
    nearest_unordered,
    rouge_l,
    shares_passage,
)
from experiments.alignment.filters.screen import MOST_SAID, Case, Filter, passes, screen, signals, verdict

HELD = ("Write a short poem about the sea in winter.", "Name three rivers that flow north.")


def ruled(one: Filter, case: Case, held: tuple[str, ...] = HELD) -> tuple[bool, str]:
    ruling = one.rule(case, held)
    return ruling.passed, ruling.note


@pytest.mark.parametrize(
    ("first", "second", "value"),
    [
        ("the cat sat", "the cat sat", 1.0),
        ("the cat sat", "The CAT, sat!", 1.0),
        ("police killed the gunman", "police kill the gunman", 0.75),
        ("police killed the gunman", "the gunman kill police", 0.5),
        ("a b c d", "e f", 0.0),
        ("", "a", 0.0),
        ("", "", 0.0),
    ],
)
def test_rouge_l_is_the_f_measure_of_the_longest_common_subsequence(
    first: str, second: str, value: float
) -> None:
    assert rouge_l(first, second) == pytest.approx(value)


def _longest(a: list[str], b: list[str]) -> int:
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            table[i + 1][j + 1] = table[i][j] + 1 if x == y else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


SOME = st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=9)


@given(SOME, SOME)
def test_rouge_l_agrees_with_its_definition(a: list[str], b: list[str]) -> None:
    common = _longest(a, b)
    precision, recall = common / len(b), common / len(a)
    expected = 2 * precision * recall / (precision + recall) if common else 0.0
    assert rouge_l(" ".join(a), " ".join(b)) == pytest.approx(expected)


def test_the_nearest_is_found_by_order_by_words_and_by_letters() -> None:
    texts = ["write poems of cats", "of cats write a poem", "zzz"]
    assert nearest("write a poem of cats", texts) == (pytest.approx(2 / 3), "write poems of cats")
    assert nearest_unordered("write a poem of cats", texts) == (1.0, "of cats write a poem")
    assert nearest_by_letters("writing poems of cats", texts)[1] == "write poems of cats"
    for find in (nearest, nearest_unordered, nearest_by_letters):
        assert find("qqq", texts) == find("qqq", []) == find("", texts) == (0.0, "")


def test_a_passage_is_thirteen_words_or_all_of_a_shorter_text() -> None:
    asked = "What is 3 + 4?"
    assert shares_passage("Tell me: what is 3 + 4? Then add 2.", [asked])
    assert not shares_passage("What is 3 - 4?", [asked])
    long = " ".join(f"word{n}" for n in range(20))
    assert shares_passage("so " + " ".join(f"word{n}" for n in range(4, 17)), [long])
    assert not shares_passage("so " + " ".join(f"word{n}" for n in range(4, 16)), [long])
    assert not shares_passage(asked, ["", "  "])


@pytest.mark.parametrize(
    ("one", "dropped", "note"),
    [
        (Novelty(), "Write one short poem about the sea in winter.", "0.89 like “Write a short"),
        (NearCopy(), "In winter, about the sea: write a short poem!", "1.00 like “Write a short"),
        (SameLetters(0.8), "Writes short poems about a sea in winters.", "like “Write a short"),
        (Length(), "Name rivers.", "2 words, not 4 to 150"),
        (Length(most=5), "Name one two three four five.", "6 words, not 4 to 5"),
        (BannedWords(), "Describe the picture and draw it.", "picture, draw"),
        (BannedWords(), "Sort these files by size.", "file"),
        (CopiedRequest(), "The rewritten task is to name rivers.", "rewritten task"),
    ],
)
def test_a_planted_instruction_is_dropped_by_its_filter_for_its_reason(
    one: Filter, dropped: str, note: str
) -> None:
    passed, said = ruled(one, Case(dropped))
    assert not passed
    assert note in said


@pytest.mark.parametrize(
    "kept",
    [
        "Explain why bread rises when it is baked.",
        "Drawing on your memory, list five tools.",
        "Say how a clock works.",
    ],
)
def test_a_new_instruction_passes_all_filters(kept: str) -> None:
    rulings = screen(Case(kept), of_new_instructions(0.7), HELD)
    assert passes(rulings)
    assert verdict(rulings) == "passes every filter"


def test_an_evolution_must_say_more_than_its_parent() -> None:
    parent = "Name three rivers that flow to the north."
    same = Case("Name three rivers that flow to the north!", parent=parent)
    more = Case("Name three rivers that flow to the north, and the sea that each reaches.", parent=parent)
    assert ruled(NoGain(), same) == (False, "1.00 like what it was made from")
    assert ruled(NoGain(), more) == (True, "")


@pytest.mark.parametrize(
    ("answer", "ended", "name"),
    [
        ("", True, "says nothing"),
        ("... !", True, "says nothing"),
        ("It is what it is.", True, "says nothing"),
        ("Done. Done. Done. Done.", True, "says nothing"),
        ("I'm sorry, but I cannot do that.", True, "refusal"),
        ("As an AI language model, I have no rivers.", True, "refusal"),
        ("The Rhine, the Elbe and the", False, "cut off"),
        ("Name three rivers that flow north!", True, "copied input"),
    ],
)
def test_a_planted_answer_is_dropped_by_its_filter(answer: str, ended: bool, name: str) -> None:
    rulings = screen(Case(HELD[1], answer, ended=ended), OF_ANSWERS)
    assert [ruling.name for ruling in rulings if not ruling.passed] == [name]
    assert verdict(rulings).startswith(f"{name}: ")


@pytest.mark.parametrize("answer", ["The Rhine, the Elbe and the Weser.", "7", "DONE"])
def test_a_short_answer_may_be_a_good_one(answer: str) -> None:
    rulings = screen(Case(HELD[1], answer), OF_ANSWERS)
    assert passes(rulings)


def test_every_filter_speaks_and_the_first_that_drops_gives_the_reason() -> None:
    rulings = screen(Case(HELD[1] + " Draw it."), (Length(), Novelty(), BannedWords()), HELD)
    assert [(ruling.name, ruling.passed) for ruling in rulings] == [
        ("length", True), ("novelty", False), ("banned words", False),
    ]  # fmt: skip
    assert verdict(rulings) == f"novelty: 0.86 like “{HELD[1]}”"


def test_a_ruling_becomes_a_signal_with_figure_limit_and_reason_as_evidence() -> None:
    rulings = screen(Case(HELD[0]), (Novelty(), Length()), HELD)
    first, second = signals(rulings, 3)
    assert (first.kind, first.source, first.about, first.value, first.label) == (
        "filter", "novelty", (3,), 0.0, "dropped",
    )  # fmt: skip
    assert first.evidence is not None
    assert first.evidence.data == {
        "name": "novelty", "value": 1.0, "limit": 0.7, "passed": False, "note": f"1.00 like “{HELD[0]}”",
    }  # fmt: skip
    assert (second.source, second.value, second.label) == ("length", 1.0, "passed")


def test_a_long_reason_is_cut_to_what_a_selection_holds() -> None:
    long = "Write " + "very " * 40 + "much."
    rulings = screen(Case(long), (Novelty(),), (long,))
    assert len(verdict(rulings)) == MOST_SAID
    assert verdict(rulings).endswith("…")


def test_filters_of_answers_are_those_that_are_tested_here() -> None:
    assert {type(one) for one in OF_ANSWERS} == {SaysSomething, Refusal, Ended, CopiedInput}
