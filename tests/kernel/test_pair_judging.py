"""Judges of known bias are injected, and the diagnostics find the bias at its size, and none where there is none."""

import numpy as np
import pytest
from scipy.stats import binomtest

from experiments.alignment.diagnostics import flips, pair_judging
from experiments.alignment.diagnostics.pair_judging import JudgedPair


def judged(prompts: int, place: float = 0.0, length: float = 0.0, seed: int = 0) -> list[list[JudgedPair]]:
    """Pairs whose quality differs by N(0, 1), judged under logistic noise with a liking for the first place and for
    length (logits)."""
    rng = np.random.default_rng(seed)
    pairs = []
    for gap, longer in zip(rng.normal(0, 1, prompts), rng.choice([-100, 100], prompts), strict=True):
        liked = gap + length * np.sign(longer)
        first = float(liked + place + rng.logistic() > 0)
        second = float(liked - place + rng.logistic() > 0)
        pairs.append([JudgedPair(first, second, int(longer), float(np.sign(gap)))])
    return pairs


def test_an_unbiased_noisy_judge_is_inconsistent_and_prefers_no_place() -> None:
    pairs = judged(2000)
    found, preference = pair_judging.position_consistency(pairs), pair_judging.position_preference(pairs)
    assert found.low < 0.584 < found.high  # type: ignore[operator]
    assert preference.low < 0 < preference.high  # type: ignore[operator]
    assert pair_judging.position_p(pairs).value > 0.01  # type: ignore[operator]


def test_a_liking_for_the_first_place_is_found_at_its_size() -> None:
    pairs = judged(2000, place=0.8)
    preference = pair_judging.position_preference(pairs)
    assert preference.low < 0.383 - 0.094 < preference.high  # type: ignore[operator]
    assert pair_judging.position_p(pairs).value < 1e-6  # type: ignore[operator]
    assert pair_judging.position_consistency(pairs).value == pytest.approx(0.524, abs=0.03)
    mirrored = judged(2000, place=-0.8)
    assert pair_judging.position_preference(mirrored).high < -0.2  # type: ignore[operator]


def test_consistency_and_conflict_are_two_sides_of_one_share() -> None:
    pairs = judged(300)
    consistent, conflict = pair_judging.position_consistency(pairs), pair_judging.conflict_rate(pairs)
    assert consistent.value + conflict.value == pytest.approx(1)  # type: ignore[operator]


def test_a_liking_for_length_is_found_and_a_fair_judge_has_none() -> None:
    fair, fond = judged(1500), judged(1500, length=1.0)
    assert pair_judging.verbosity_bias(fair).low < 0 < pair_judging.verbosity_bias(fair).high  # type: ignore[operator]
    assert pair_judging.verbosity_bias(fond).low > 0.15  # type: ignore[operator]
    assert pair_judging.verbosity_preference(fond).low > 0.6  # type: ignore[operator]
    assert pair_judging.pair_accuracy(fair).value > pair_judging.pair_accuracy(fond).value > 0.5  # type: ignore[operator]


def test_texts_of_almost_the_same_length_say_nothing_about_length() -> None:
    pairs = [[JudgedPair(1.0, 1.0, longer=30, gold=1.0)]] * 50
    assert pair_judging.verbosity_preference(pairs).value is None
    assert pair_judging.verbosity_bias(pairs).value is None


@pytest.mark.parametrize(
    ("shown_first", "shown_second", "winner", "placed"),
    [
        (0.9, 0.8, 1, 0),
        (0.2, 0.1, -1, 0),
        (0.9, 0.1, 0, 1),
        (0.1, 0.9, 0, -1),
        (0.5, 0.5, 0, 0),
        (0.9, 0.5, 0, 0),
    ],
)
def test_orders_that_disagree_are_a_tie(
    shown_first: float, shown_second: float, winner: int, placed: int
) -> None:
    pair = JudgedPair(shown_first, shown_second)
    assert (pair.winner, pair.placed) == (winner, placed)


def test_ties_are_counted_by_prompt() -> None:
    tie, win = JudgedPair(1.0, 0.0), JudgedPair(1.0, 1.0)
    found = pair_judging.pair_ties([[tie, win]] * 6 + [[win]] * 6)
    assert (found.value, found.n) == (0.25, 12)


def test_the_stability_of_repeats_is_the_share_of_the_commonest_verdict() -> None:
    rng = np.random.default_rng(3)
    steady = [[[1, 1, 1, 1, 1]]] * 30
    flips_a_fifth = [[[int(rng.random() < 0.8) for _ in range(25)]] for _ in range(200)]
    assert pair_judging.repetition_stability(steady).value == 1
    assert pair_judging.repetition_stability(flips_a_fifth).value == pytest.approx(0.8, abs=0.02)
    assert pair_judging.repetition_stability([[[1]]] * 30).value is None


@pytest.mark.parametrize(("up", "down"), [(0, 0), (1, 0), (5, 5), (9, 2), (30, 70)])
def test_the_sign_test_is_the_exact_binomial_one(up: int, down: int) -> None:
    expected = binomtest(up, up + down).pvalue if up + down else 1.0
    assert flips.sign_test(up, down) == pytest.approx(expected)


def test_fixes_and_breaks_are_both_counted_and_tested() -> None:
    before = [0.0] * 12 + [1.0] * 8 + [0.0] * 20
    after = [1.0] * 12 + [0.0] * 2 + [1.0] * 6 + [0.0] * 20
    assert (flips.fixes(before, after).value, flips.breaks(before, after).value) == (12 / 40, 2 / 40)
    assert flips.mcnemar(before, after).value == pytest.approx(binomtest(12, 14).pvalue)


def test_too_few_prompts_give_no_number() -> None:
    pairs = judged(5)
    for finding in (pair_judging.position_preference, pair_judging.position_p, pair_judging.pair_ties):
        assert finding(pairs).value is None
