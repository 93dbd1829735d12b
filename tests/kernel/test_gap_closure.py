"""Gap closure: the ratio, its interval, and when it is undefined."""

import numpy as np
import pytest
from scipy import stats

from experiments.alignment.diagnostics.gap_closure import fieller, gap_closure, gap_closure_of_seeds, student


def right(share: float, n: int = 500) -> list[float]:
    """n prompts of which the share is right; the same ones first, so that better models are right where worse are."""
    return [float(place < share * n) for place in range(n)]


def test_the_share_of_the_gap_that_is_closed_is_paired_over_prompts() -> None:
    found = gap_closure(right(0.66), right(0.9), right(0.8))
    assert found.closed.value == pytest.approx(0.14 / 0.24)
    assert found.gap.value == pytest.approx(0.24)
    assert found.closed.low is not None
    assert found.closed.high is not None
    assert found.closed.low < 0.5833 < found.closed.high
    assert found.undefined == ""


def test_independent_models_give_about_the_published_noise() -> None:
    draws = np.random.default_rng(3)
    low, high, x = (list((draws.random(500) < p).astype(float)) for p in (0.66, 0.90, 0.80))
    found = gap_closure(low, high, x).closed
    assert found.low is not None
    assert found.high is not None
    assert 0.2 < found.high - found.low < 0.6


@pytest.mark.parametrize(
    ("low", "high", "reason"),
    [
        (right(0.888), right(0.9), "within three standard errors"),
        (right(0.9), right(0.8), "no better than the low one"),
        (right(0.5, 10), right(1.0, 10), "only 10 prompts, at least 20"),
        ([], [], "only 0 prompts"),
    ],
)
def test_a_gap_that_is_not_clear_makes_the_ratio_undefined_and_says_why(
    low: list[float], high: list[float], reason: str
) -> None:
    found = gap_closure(low, high, low)
    assert found.closed.value is None
    assert reason in found.undefined


def test_over_seeds_the_interval_is_that_of_fieller() -> None:
    found = gap_closure_of_seeds([0.7, 0.71, 0.7], [0.9, 0.9, 0.91], [0.8, 0.82, 0.8])
    assert found.gap.value == pytest.approx(0.2, abs=0.01)
    assert found.closed.value == pytest.approx(0.31 / 0.6)
    assert found.closed.low is not None
    assert found.closed.high is not None
    assert found.closed.low < 0.31 / 0.6 < found.closed.high


def test_two_seeds_are_too_few() -> None:
    assert gap_closure_of_seeds([0.7, 0.7], [0.9, 0.8], [0.8, 0.8]).undefined.startswith("only 2 seeds")


def test_fiellers_bounds_solve_its_equation() -> None:
    above, below = np.array([1.0, 2.0, 1.5, 1.2]), np.array([3.0, 3.5, 3.2, 2.9])
    found = fieller(above, below)
    for ratio in (found.low, found.high):
        assert ratio is not None
        rest = above - ratio * below
        t = abs(rest.mean()) / (rest.std(ddof=1) / np.sqrt(len(rest)))
        assert t == pytest.approx(student(3), rel=1e-6)


def test_an_unbounded_interval_is_no_interval() -> None:
    assert fieller(np.array([1.0, 2.0, 3.0]), np.array([1.0, -1.0, 0.1])).value is None


@pytest.mark.parametrize("df", [1, 5, 10, 11, 20, 100])
def test_students_points_agree_with_scipy(df: int) -> None:
    assert student(df) == pytest.approx(stats.t.ppf(0.975, df), abs=3e-3)
