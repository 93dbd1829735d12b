"""Numbers, times and hashes in words: missing is said, never 0."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from experiments.templatetags import plumbline as say


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "not measured"),
        ("", "not measured"),
        (0, "0"),
        (0.0, "0.00"),
        (0.14159, "0.14"),
        (3.7, "3.70"),
        (0.05, "0.05"),
        (0.0342, "0.034"),
        (12.54, "12.5"),
        (1234.5, "1,234"),
        (1203, "1,203"),
        (-0.25, "−0.25"),
        (-12, "−12"),
        (2e-5, "2e−5"),
        (1.25e-7, "1.2e−7"),
        (float("nan"), "undefined"),
        (float("inf"), "undefined"),
        (True, "yes"),
    ],
)
def test_numbers_show_about_three_meaningful_digits(value: float | None, text: str) -> None:
    assert say.number(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.05, "+0.05"), (-0.05, "−0.05"), (0.0, "0.00"), (7, "+7"), (None, "not measured")]
)
def test_differences_carry_their_sign(value: float | None, text: str) -> None:
    assert say.signed(value) == text


def test_the_colour_of_a_difference_follows_the_direction_that_is_better() -> None:
    assert (say.tone(0.1), say.tone(-0.1)) == ("good", "bad")
    assert (say.tone(0.1, "lower"), say.tone(-0.1, "lower")) == ("bad", "good")
    assert (say.tone(0.0), say.tone(None), say.tone(float("nan"))) == ("", "", "")


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.1, 0.2, "0.10–0.20"),
        (-0.1, 0.2, "−0.10 to 0.20"),
        (None, 0.2, "no interval"),
        (0.1, None, "no interval"),
    ],
)
def test_intervals_never_confuse_a_dash_with_a_minus(
    low: float | None, high: float | None, text: str
) -> None:
    assert say.interval(low, high) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0 %"), (0.034, "3.4 %"), (0.5, "50 %"), (1.0, "100 %"), (-0.12, "−12 %")]
)
def test_shares_read_in_per_cent(share: float, text: str) -> None:
    assert say.percent(share).replace("\N{NO-BREAK SPACE}", " ") == text


def test_a_missing_share_is_said_in_words() -> None:
    assert say.percent(None) == "not measured"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "unknown"),
        (0.4, "under a second"),
        (42, "42 s"),
        (330, "5 min"),
        (7_800, "2 h 10 min"),
        (7_200, "2 h"),
        (86_400, "1 day"),
        (273_600, "3 days 4 h"),
        (timedelta(minutes=9), "9 min"),
    ],
)
def test_durations_are_plain_words(seconds: float | timedelta | None, text: str) -> None:
    assert say.duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (5, "just now"),
        (-5, "in a moment"),
        (300, "5 min ago"),
        (3_590, "1 h ago"),
        (-7_200, "in 2 h"),
        (86_000, "1 day ago"),
        (260_000, "3 days ago"),
    ],
)
def test_times_are_relative(seconds: int, text: str) -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert say.relative(now - timedelta(seconds=seconds), now) == text


def test_a_time_carries_its_absolute_value_for_hover_and_machines() -> None:
    html = say.ago(timezone.now() - timedelta(minutes=5))
    assert html.startswith('<time datetime="')
    assert 'title="' in html
    assert html.endswith(">5 min ago</time>")
    assert say.ago(None) == "–"


def test_hashes_are_short_and_missing_ones_a_dash() -> None:
    assert say.short_hash("a41f3c00d2") == "a41f3c00…"
    assert say.short_hash(None) == "–"


def test_a_figure_cannot_close_its_own_script_element() -> None:
    html = say.figure_json({"data": [{"name": "</script><script>alert(1)</script>"}]}, "better")
    assert html.startswith('<script id="better-figure" type="application/json">')
    assert html.count("</script>") == 1


def test_cells_of_a_plot_table_show_missing_values_as_a_dash() -> None:
    assert [say.cell(value) for value in (None, 0.5, 200, "gold")] == ["–", "0.50", "200", "gold"]
