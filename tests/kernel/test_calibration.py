"""The calibration error of confidences."""

import pytest

from experiments.alignment.diagnostics.calibration import calibration_error


def test_a_confidence_that_holds_what_it_says_has_no_error() -> None:
    found = calibration_error([0.75] * 40, [1.0, 1.0, 1.0, 0.0] * 10)
    assert found.value == pytest.approx(0)
    assert found.n == 40


def test_a_sure_model_that_is_often_wrong_has_the_error_of_the_difference() -> None:
    found = calibration_error([1.0] * 40 + [0.55] * 40, [0.0, 1.0] * 20 + [1.0] * 40)
    assert found.value == pytest.approx(0.5 * 0.5 + 0.5 * 0.45)
    assert 0.3 < (found.low or 0) < 0.475 < (found.high or 0) < 0.7


def test_errors_in_opposite_directions_within_a_bin_cancel_and_across_bins_do_not() -> None:
    assert calibration_error([0.5] * 40, [0.0, 1.0] * 20).value == pytest.approx(0)
    assert calibration_error([0.45] * 20 + [0.55] * 20, [0.0] * 20 + [1.0] * 20).value == pytest.approx(0.45)


def test_few_prompts_give_no_figure() -> None:
    assert calibration_error([0.5] * 19, [1.0] * 19).verdict == "not enough data"
