"""Correlations over prompts: known values, what does not vary, and prompts with several rows."""

import numpy as np
import pytest

from experiments.alignment.diagnostics.correlation import mean_correlation, pearson


def test_r_is_that_of_numpy_and_its_interval_holds_it() -> None:
    draw = np.random.default_rng(3)
    first = draw.normal(size=200)
    second = first + draw.normal(size=200)
    found = pearson(first.tolist(), second.tolist())
    assert found.value == pytest.approx(float(np.corrcoef(first, second)[0, 1]))
    assert found.low is not None
    assert found.high is not None
    assert 0.5 < found.low < 0.707 < found.high < 0.85


def test_the_mean_is_over_pairs_of_columns_with_all_rows_of_a_prompt_pooled() -> None:
    draw = np.random.default_rng(4)
    rows = draw.normal(size=(60, 3, 3))
    rows[..., 1] += rows[..., 0]
    pooled = np.corrcoef(rows.reshape(-1, 3), rowvar=False)
    expected = np.mean([pooled[0, 1], pooled[0, 2], pooled[1, 2]])
    assert mean_correlation(rows.tolist()).value == pytest.approx(float(expected))


def test_what_never_varies_is_left_out_and_nothing_left_is_undefined() -> None:
    same = [1.0] * 30
    rising = [float(n) for n in range(30)]
    assert pearson(same, rising).value is None
    three = [[[n, n, 5.0]] for n in rising]
    assert mean_correlation(three).value == pytest.approx(1.0)


def test_few_prompts_say_nothing() -> None:
    assert pearson([1.0, 2.0], [2.0, 1.0]).value is None
    assert mean_correlation([]).value is None
