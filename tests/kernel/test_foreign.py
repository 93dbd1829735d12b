"""What is admitted can be stored on every engine."""

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.alignment.foreign import admit_json, admit_number, admit_text


def test_nul_and_lone_surrogates_become_visible() -> None:
    assert admit_text("a\x00b\ud800c") == "a\\u0000b\\ud800c"


def test_other_text_is_left_alone() -> None:
    assert admit_text("tab\t line\n \U0001f600 <script>") == "tab\t line\n \U0001f600 <script>"


@given(st.text(alphabet=st.characters(), max_size=40))
def test_admitted_text_is_valid_utf8_and_stays_as_it_is(text: str) -> None:
    admitted = admit_text(text)
    assert b"\x00" not in admitted.encode("utf-8")
    assert admit_text(admitted) == admitted


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400, True, "3", None])
def test_what_is_no_finite_number_comes_with_a_reason(value: object) -> None:
    number, reason = admit_number(value)
    assert number is None
    assert reason


def test_finite_numbers_are_admitted() -> None:
    assert admit_number(3) == (3.0, "")
    assert admit_number(-0.5) == (-0.5, "")


def test_json_is_admitted_to_its_depths() -> None:
    assert admit_json({"a\x00": ["\ud800", 1, None, True]}) == {"a\\u0000": ["\\ud800", 1, None, True]}


@pytest.mark.parametrize("value", [[math.nan], {"a": math.inf}, date(2026, 1, 1), b"bytes"])
def test_json_refuses_what_it_cannot_hold(value: object) -> None:
    with pytest.raises(ValueError, match=r"number is|cannot be kept"):
        admit_json(value)
