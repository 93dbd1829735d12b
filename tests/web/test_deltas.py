"""From rows to what each iteration changed: nothing here asks the database."""

from experiments.deltas import Metrics, control_verdict, iteration_deltas, operator_verdict
from experiments.models import Iteration, Metric
from experiments.services.run_plots import better_plot


def test_verdicts_on_gain_and_control_follow_the_interval():
    metric = Metric(value=0.1, low=0.01, high=0.2)
    assert "something to learn from" in operator_verdict(metric)
    assert control_verdict(metric) == "The loop does better than its cheap control."
    metric = Metric(value=-0.1, low=-0.2, high=-0.01)
    assert control_verdict(metric) == "The cheap control does better than the loop."


def test_a_change_needs_both_measurements():
    rows = [Iteration(index=i, kept=0, dropped={}) for i in range(3)]
    values = {0: 0.5, 1: None, 2: 0.25}
    metrics = Metrics.of(
        Metric(iteration=i, name="accuracy", split="gold", value=v) for i, v in values.items()
    )
    assert [delta.change for delta in iteration_deltas(rows, metrics, {})] == [None, None, None]
    metrics = Metrics.of(
        Metric(iteration=i, name="accuracy", split="gold", value=v or 1.0) for i, v in values.items()
    )
    assert [delta.change for delta in iteration_deltas(rows, metrics, {})] == [None, 0.5, -0.75]


def test_a_proxy_that_is_no_share_gets_an_axis_of_its_own():
    rows = [Metric(iteration=0, name="accuracy", split="gold", value=0.5, low=0.4, high=0.6, n=9)]
    share = Metric(iteration=0, name="proxy", split="train", value=0.7, low=0.6, high=0.8)
    score = Metric(iteration=0, name="proxy", split="probe", value=3.5, low=3.1, high=3.9)
    assert "yaxis2" not in better_plot(Metrics.of([*rows, share]), 1).figure["layout"]
    figure = better_plot(Metrics.of([*rows, score]), 1).figure
    assert [trace.get("yaxis", "y") for trace in figure["data"]] == ["y", "y2"]
    assert figure["layout"]["yaxis"]["range"][1] <= 1.02


def test_the_control_is_dotted():
    rows = [
        Metric(iteration=0, name=name, split="gold", value=0.5) for name in ("accuracy", "control_accuracy")
    ]
    dashes = {
        trace["name"]: trace["line"]["dash"] for trace in better_plot(Metrics.of(rows), 1).figure["data"]
    }
    assert dashes == {"gold": "solid", "control": "dot"}
