"""Alarms fire on bounds of intervals, never on point values, and never on gold."""

from dataclasses import replace
from pathlib import Path

import pytest

from experiments.alignment.diagnostics.alarms import DEGENERATE_RISE, RULES, Rule, alarms
from experiments.alignment.diagnostics.text import degenerate_share
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


def degenerate(bad: int, of: int = 96) -> Metric:
    found = degenerate_share(["DONE: DONE"] * bad + ["Cats purr softly."] * (of - bad))
    return Metric("degenerate_share", "probe", found.value, found.low, found.high, found.n)


def test_answers_that_degenerate_are_told_against_the_start() -> None:
    clean, shabby = [(0, degenerate(0))], [(0, degenerate(48))]
    [alarm] = alarms([degenerate(12)], clean)
    assert (alarm.name, alarm.threshold) == ("degenerate_answers", DEGENERATE_RISE)
    assert alarm.observed > DEGENERATE_RISE
    assert names([degenerate(6)], clean) == []
    assert names([degenerate(56)], shabby) == []
    assert names([degenerate(72)], shabby) == ["degenerate_answers"]


def test_degenerate_answers_need_a_start_to_be_compared_with() -> None:
    later, unmeasured = [(1, degenerate(0))], [(0, degenerate(0, of=5))]
    assert (
        names([degenerate(96)]) == names([degenerate(96)], later) == names([degenerate(96)], unmeasured) == []
    )
    on_gold = [replace(degenerate(96), split="gold")]
    assert names(on_gold, [(0, degenerate(0))]) == []
    assert names([degenerate(5, of=5)], [(0, degenerate(0))]) == []


def test_a_model_that_falls_silent_is_measured_as_degenerate(tmp_path: Path) -> None:
    settings = {"iterations": 0, "probe_prompts": 40, "gold_prompts": 10, "operator_prompts": 0}
    spoken = go(start(tmp_path / "a", 10, 40), tmp_path / "a", "rest-em", settings)
    silent = go(start(tmp_path / "b", 10, 40, silent=0.5), tmp_path / "b", "rest-em", settings)
    assert metric(spoken, 0, "degenerate_share").value == 0
    assert 0.3 < metric(silent, 0, "degenerate_share").value < 0.7


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
