"""The word diff: lossless in both directions, readable, and bounded in time."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.worddiff import LONGEST, Span, word_diff

TEXTS = st.text(alphabet="ab ,.\n\té😀", max_size=60)


def side(spans: list[Span], without: str) -> str:
    return "".join(span.text for span in spans if span.op != without)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_back(before: str, after: str) -> None:
    spans = word_diff(before, after)
    assert side(spans, "insert") == before
    assert side(spans, "delete") == after


@given(TEXTS, TEXTS)
def test_no_span_is_empty_and_neighbours_differ(before: str, after: str) -> None:
    spans = word_diff(before, after)
    assert all(span.text for span in spans)
    assert all(left.op != right.op for left, right in pairwise(spans))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", []),
        ("same words", "same words", ["same words"]),
        ("", "new", ["+new"]),
        ("rain falls.", "rain fell.", ["rain ", "-falls", "+fell", "."]),
        ("a big red bus", "a small blue bus", ["a ", "-big red", "+small blue", " bus"]),
        ("one\ntwo", "one\n\ntwo", ["one", "-\n", "+\n\n", "two"]),
        ("it pours, and how", "no rain, so far", ["-it pours, and how", "+no rain, so far"]),
    ],
)
def test_changes_read_as_a_person_would_mark_them(before: str, after: str, expected: list[str]) -> None:
    marks = {"equal": "", "delete": "-", "insert": "+"}
    assert [marks[span.op] + span.text for span in word_diff(before, after)] == expected


def test_a_very_long_text_takes_bounded_time() -> None:
    before = "start " + " ".join(f"w{i % 97}" for i in range(200_000)) + " end"
    after = "start " + " ".join(f"w{i % 89}" for i in range(200_000)) + " end"
    began = time.perf_counter()
    spans = word_diff(before, after)
    assert time.perf_counter() - began < 3
    assert [span.op for span in spans] == ["equal", "delete", "insert", "equal"]
    assert side(spans, "insert") == before


def test_a_text_of_the_longest_compared_length_takes_bounded_time() -> None:
    words = LONGEST // 2 - 1
    before = " ".join(f"w{i * 7919 % 13}" for i in range(words))
    after = " ".join(f"w{i * 104729 % 17}" for i in range(words))
    began = time.perf_counter()
    spans = word_diff(before, after)
    assert time.perf_counter() - began < 3
    assert side(spans, "delete") == after
