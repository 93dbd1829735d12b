"""Alarms fire on bounds of intervals, never on point values, and never on gold."""

from dataclasses import replace
from pathlib import Path

import pytest

from experiments.alignment.diagnostics.alarms import RULES, Rule, alarms
from experiments.alignment.metrics_table import METRICS
from experiments.alignment.types import Metric
from tests.kernel.runs import go, metric, start


def names(metrics: list[Metric], history: list[tuple[int, Metric]] | None = None) -> list[str]:
    return [alarm.name for alarm in alarms(metrics, history or [])]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_fires_only_when_the_whole_interval_is_beyond_its_threshold(rule: Rule) -> None:
    value = rule.threshold + (0.2 if rule.beyond == "above" else -0.2)
    beyond = Metric(rule.metric, rule.split, value, value - 0.1, value + 0.1, 50)
    assert names([beyond]) == [rule.name]
    assert names([replace(beyond, low=-9.0, high=9.0)]) == []
    assert names([replace(beyond, value=None, low=None, high=None)]) == []
    assert names([replace(beyond, split="gold")]) == []


def test_every_rule_and_its_metric_is_documented() -> None:
    assert {rule.metric for rule in RULES} <= METRICS.keys()
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.says.endswith(".") for rule in RULES)


def test_an_alarm_tells_the_bound_the_threshold_and_the_interval() -> None:
    [alarm] = alarms([Metric("length_ratio", "probe", 1.6, 1.4, 1.8, 96)], [])
    assert (alarm.observed, alarm.threshold) == (1.4, 1.3)
    assert "length_ratio is 1.6, 95 % interval 1.4 to 1.8, n 96." in alarm.message


def test_diversity_is_compared_with_the_start_in_its_own_bad_direction() -> None:
    start_of_run = [
        (0, Metric("distinct_2", "probe", 0.5, 0.45, 0.55, 90)),
        (0, Metric("opening_phrase_share", "probe", 0.2, 0.1, 0.3, 90)),
    ]
    fell = Metric("distinct_2", "probe", 0.3, 0.26, 0.34, 90)
    rose = Metric("opening_phrase_share", "probe", 0.6, 0.5, 0.7, 90)
    assert names([fell, rose], start_of_run) == ["distinct_2_collapse", "opening_phrase_share_collapse"]
    assert names([replace(fell, high=0.36), replace(rose, low=0.4)], start_of_run) == []
    assert names([fell, rose]) == []


def test_a_proxy_that_rises_alone_is_told() -> None:
    proxy = Metric("proxy_slope", "probe", 0.3, 0.2, 0.4, 90)
    falls = Metric("accuracy_slope", "probe", -0.1, -0.15, -0.05, 90)
    still = replace(falls, value=0.0, low=-0.05, high=0.05)
    had_risen = [(1, Metric("accuracy_gain", "probe", 0.2, 0.1, 0.3, 90))]
    assert names([proxy, falls]) == ["proxy_up_accuracy_not"]
    assert names([proxy, still]) == []
    assert names([proxy, still], had_risen) == ["proxy_up_accuracy_not"]
    assert names([replace(proxy, low=-0.1), falls]) == []
    assert names([proxy, replace(still, low=0.01)], had_risen) == []


def test_a_judge_that_loves_words_is_caught_by_the_operator_gain(tmp_path: Path) -> None:
    settings = {
        "iterations": 1,
        "prompts": 40,
        "probe_prompts": 40,
        "gold_prompts": 20,
        "operator_prompts": 40,
    }
    fair = go(start(tmp_path / "a", 60, 60, judge_noise=0), tmp_path / "a", "self-rewarding", settings)
    biased = go(
        start(tmp_path / "b", 60, 60, judge_noise=0, judge_bias=1.5),
        tmp_path / "b",
        "self-rewarding",
        settings,
    )
    noisy = go(start(tmp_path / "c", 60, 60, judge_noise=50.0), tmp_path / "c", "self-rewarding", settings)
    assert metric(fair, 0, "operator_gain").low > 0.2
    assert metric(biased, 0, "operator_gain").high < 0
    assert "operator_no_gain" in biased.alarms[0]
    assert metric(noisy, 0, "operator_gain").low < 0.05
    assert metric(biased, 1, "accuracy").value < metric(fair, 1, "accuracy").value
