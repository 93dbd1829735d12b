"""Pairs of a passing and a failing program, and tests as data."""

import time

import pytest

from experiments.alignment.errors import DataError
from experiments.alignment.selectors.fail_pass import FailPass
from experiments.alignment.types import Signal
from experiments.alignment.verifiers.assertions import read_assertion
from experiments.alignment.verifiers.python_tests import program_of
from tests.kernel.planted import group


def tool(*values: float | None) -> tuple[Signal, ...]:
    return tuple(Signal("tool", "sandbox", (i,), value) for i, value in enumerate(values))


def fates(*values: float | None, seed: int = 0) -> list[tuple[str, str]]:
    held = group(*(f"program {i}" for i in range(len(values))), signals=tool(*values))
    return [(selection.fate, selection.reason) for selection in FailPass().pick(held, seed)]


def test_a_passing_program_is_chosen_and_a_failing_one_rejected_with_their_reasons() -> None:
    assert fates(0.5, 1.0) == [("rejected", "passes 50% of its tests"), ("chosen", "passes its tests")]


def test_a_prompt_without_both_teaches_nothing_and_says_why() -> None:
    assert fates(1.0, 1.0) == [("dropped", "none fails")] * 2
    assert fates(0.0, 0.5, None) == [("dropped", "none passes")] * 2 + [("dropped", "unscored")]


def test_the_pair_is_drawn_by_the_seed_alone() -> None:
    drawn = {tuple(fates(1.0, 1.0, 0.0, 0.0, seed=seed)) for seed in range(20)}
    assert len(drawn) == 4
    assert fates(1.0, 1.0, 0.0, seed=3) == fates(1.0, 1.0, 0.0, seed=3)


def test_the_operator_answers_with_the_first_that_passes_most() -> None:
    assert FailPass().best(group("a", "b", "c", signals=tool(0.5, 1.0, 1.0))) == 1
    assert FailPass().best(group("a", signals=tool(None))) is None


@pytest.mark.parametrize(
    ("text", "computes", "expected"),
    [
        ("assert f(2) == [1, (2,)]", "outcome = f(2)", [1, (2,)]),
        ("assert -4 == f(2), 'message'", "outcome = f(2)", -4),
        ("assert f(2)", "outcome = not not (f(2))", True),
        ("assert f(1) == f(2)", "outcome = not not (f(1) == f(2))", True),
        ("assert f(1) == 1 == f(2)", "outcome = not not (f(1) == 1 == f(2))", True),
    ],
)
def test_an_assert_is_split_into_what_is_computed_and_what_is_expected(
    text: str, computes: str, expected: object
) -> None:
    read = read_assertion(text)
    assert (read.computes, read.expected) == (computes, expected)


@pytest.mark.parametrize("text", ["f(1)", "assert f(1) ==", "assert f(1); g()", "", "(" * 500])
def test_what_is_no_single_assert_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="one assert statement"):
        read_assertion(text)


@pytest.mark.parametrize(
    ("answer", "program"),
    [
        ("x = 1", "x = 1"),
        ("Hi\n```python\nx = 1\n```\n```\ny\n```", "x = 1"),
        ("```\nx = 1", "x = 1"),
        ("``` py \nx = 1\n```", "x = 1"),
        ("```  \nx = 1\n```", "x = 1"),
        ("", ""),
    ],
)
def test_the_program_is_the_first_block_or_the_whole_text(answer: str, program: str) -> None:
    assert program_of(answer) == program


def test_a_fence_before_many_blanks_is_read_in_no_time() -> None:
    began = time.process_time()
    answer = f"```{' ' * 50_000}x"
    assert program_of(answer) == answer
    assert time.process_time() - began < 0.5
