"""Diagnostics, held against what was planted: known shares, biases and slopes are recovered, intervals
cover.
"""

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from experiments.alignment.diagnostics import intervals, judging, text
from experiments.alignment.diagnostics.findings import LEAST_FOR_MEAN, LEAST_FOR_SHARE, Finding

TRIALS = 200


def covered(findings: list[Finding], truth: float) -> float:
    return float(
        np.mean([f.low <= truth <= f.high for f in findings if f.low is not None and f.high is not None])
    )


@pytest.mark.parametrize(("k", "n"), [(0, 10), (3, 10), (50, 100), (199, 200), (200, 200)])
def test_a_share_of_one_answer_a_prompt_has_wilsons_interval(k: int, n: int) -> None:
    found = intervals.share([1.0] * k + [0.0] * (n - k))
    assert (found.low, found.high) == pytest.approx(proportion_confint(k, n, method="wilson"))
    assert found.value == k / n


def test_several_answers_of_one_prompt_do_not_count_as_many_prompts() -> None:
    rng = np.random.default_rng(0)
    drawn = [[float(rng.random() < skill) for _ in range(8)] for skill in rng.beta(0.5, 0.5, 60)]
    clustered = intervals.share([float(np.mean(p)) for p in drawn])
    pooled = intervals.share([v for p in drawn for v in p])
    assert clustered.value == pytest.approx(pooled.value)
    assert clustered.high - clustered.low > 1.5 * (pooled.high - pooled.low)  # type: ignore[operator]


def test_the_interval_of_clustered_shares_covers() -> None:
    rng = np.random.default_rng(1)
    found = [
        intervals.share([float(rng.binomial(4, skill)) / 4 for skill in rng.beta(1, 2, 40)])
        for _ in range(TRIALS)
    ]
    assert covered(found, 1 / 3) > 0.91


def test_the_interval_of_a_mean_covers() -> None:
    rng = np.random.default_rng(2)
    assert covered([intervals.mean(rng.gamma(2, 3, 60).tolist()) for _ in range(TRIALS)], 6.0) > 0.9


def test_pairing_narrows_a_difference_and_recovers_it() -> None:
    rng = np.random.default_rng(3)
    prompts = rng.normal(0, 5, 80)
    first, second = prompts + 0.5 + rng.normal(0, 1, 80), prompts + rng.normal(0, 1, 80)
    found = intervals.paired_difference(first.tolist(), second.tolist())
    assert found.low < 0.5 < found.high  # type: ignore[operator]
    assert found.high - found.low < 1  # type: ignore[operator]


@pytest.mark.parametrize(("n", "fixed", "broken"), [(20, 0.04, 0.0), (32, 0.08, 0.02), (64, 0.3, 0.1)])
def test_the_interval_of_a_difference_covers_where_few_prompts_flip(
    n: int, fixed: float, broken: float
) -> None:
    rng = np.random.default_rng(6)
    drawn = rng.choice([1.0, 0.0, -1.0], p=[fixed, 1 - fixed - broken, broken], size=(TRIALS, n))
    found = [intervals.paired_difference(change.tolist(), [0.0] * n) for change in drawn]
    assert covered(found, fixed - broken) > 0.93
    assert all(f.low < f.high for f in found)  # type: ignore[operator]


@pytest.mark.parametrize("prompts", [40, 100])
def test_the_interval_of_a_ratio_of_counts_covers_where_little_is_counted(prompts: int) -> None:
    rng = np.random.default_rng(7)
    found = []
    for _ in range(TRIALS):
        wholes = rng.binomial(4, 0.2, prompts)
        found.append(intervals.ratio_of_counts(rng.binomial(wholes, 0.9).tolist(), wholes.tolist()))
    assert covered(found, 0.9) > 0.92


def test_a_ratio_of_counts_needs_prompts_that_count_something() -> None:
    found = intervals.ratio_of_counts([1.0] * 9 + [0.0] * 50, [1.0] * 9 + [0.0] * 50)
    assert (found.value, found.n) == (None, 9)


def test_a_ratio_of_lengths_is_recovered_and_undefined_over_nothing() -> None:
    rng = np.random.default_rng(4)
    before = rng.integers(5, 30, 90).astype(float)
    found = intervals.ratio_of_means((before * 1.5).tolist(), before.tolist())
    assert (found.value, found.low, found.high) == pytest.approx((1.5, 1.5, 1.5))
    assert intervals.ratio_of_means([1.0] * 30, [0.0] * 30).value is None


def test_a_share_pooled_over_prompts_is_pooled_anew_in_each_draw() -> None:
    right, asked = [1.0, 3.0] * 20, [4.0] * 40
    pooled = intervals.bootstrap([right, asked], lambda c: (c[0].sum(axis=-1) / c[1].sum(axis=-1)) ** 2)
    mean = intervals.mean([0.25, 0.75] * 20)
    assert pooled.value == 0.25
    assert (pooled.low, pooled.high) == pytest.approx((mean.low**2, mean.high**2))  # type: ignore[operator]


def test_a_planted_slope_is_found_over_the_prompts_that_every_round_scored() -> None:
    rng = np.random.default_rng(5)
    rounds = [{f"p{i}": 0.1 * t + float(rng.normal(0, 0.2)) for i in range(70)} for t in range(4)]
    rounds[2]["p0"] = None  # type: ignore[assignment]
    found = intervals.slope(rounds)
    assert found.n == 69
    assert found.low < 0.1 < found.high  # type: ignore[operator]
    assert found.low > 0.05  # type: ignore[operator]
    assert intervals.slope(rounds[:2]).value is None


def test_the_slope_is_that_of_the_means() -> None:
    rng = np.random.default_rng(6)
    table = rng.random((5, 30))
    found = intervals.slope([{str(i): v for i, v in enumerate(row)} for row in table.tolist()])
    assert found.value == pytest.approx(np.polyfit(range(5), table.mean(axis=1), 1)[0])


def test_the_same_numbers_always_give_the_same_interval() -> None:
    values = np.random.default_rng(7).random(50).tolist()
    assert intervals.mean(values) == intervals.mean(values)


def test_too_little_data_gives_words_and_no_number() -> None:
    for found in (
        intervals.share([1.0] * (LEAST_FOR_SHARE - 1)), intervals.mean([1.0] * (LEAST_FOR_MEAN - 1)),
        text.distinct_2(["a b"] * (LEAST_FOR_MEAN - 1)),
        text.opening_phrase_share([]), judging.score_saturation([]),
    ):  # fmt: skip
        assert (found.value, found.low, found.high, found.verdict) == (None, None, None, "not enough data")


def test_distinct_2_falls_when_answers_repeat_and_its_jackknife_covers() -> None:
    rng = np.random.default_rng(8)
    vocabulary = [f"w{i}" for i in range(30)]

    def draw() -> list[str]:
        return [" ".join(rng.choice(vocabulary, 8)) for _ in range(40)]

    expected = float(np.mean([text.distinct_2(draw()).value for _ in range(TRIALS)]))
    assert covered([text.distinct_2(draw()) for _ in range(TRIALS)], expected) > 0.9
    assert text.distinct_2(["the same old words again"] * 40).high < expected  # type: ignore[operator]


def test_scripts_without_spaces_have_a_word_a_letter() -> None:
    assert text.words("Schreibe 3 S\u00e4tze!") == ["schreibe", "3", "s\u00e4tze"]
    assert text.words("\u5199\u4e00\u9996 poem2 \u8bd7") == ["\u5199", "\u4e00", "\u9996", "poem2", "\u8bd7"]


def test_the_commonest_opening_is_counted_case_and_punctuation_aside() -> None:
    found = text.opening_phrase_share(["I like it, really", "i LIKE it!", "No way at all", "so it goes"] * 5)
    assert found.value == 0.5


def test_a_planted_share_of_degenerate_answers_is_recovered() -> None:
    plain = ["Cats purr softly.", "12", "7 + 7 = 14", "positive", "It is what it is.", "Paris"] * 5
    planted = ["DONE: DONE", "", "?", "so it goes so it goes", "yes yes yes"] * 2
    assert text.degenerate_share(plain).value == 0
    found = text.degenerate_share(plain + planted)
    assert (found.value, found.n) == (0.25, 40)
    assert 0.1 < found.low < 0.25 < found.high  # type: ignore[operator]
    assert text.degenerate_share(["DONE: DONE"] * (LEAST_FOR_SHARE - 1)).value is None


def test_planted_faults_of_a_judge_are_recovered() -> None:
    scores: list[list[float | None]] = [[4.0, 4.0, None, 1.0], [4.0, 4.0, 4.0, 4.0]] * 10
    assert judging.parse_failure_rate(scores).value == pytest.approx(1 / 8)
    assert judging.score_saturation(scores).value == pytest.approx((2 / 3 + 1) / 2)
    assert judging.tie_rate(scores).value == 0.5


def test_an_unscored_candidate_makes_no_tie() -> None:
    assert judging.tie_rate([[3.0, None]] * 20 + [[3.0, 1.0, None]] * 10).value == 0
