"""The two plots of a run's page and the figures beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.alignment.metrics_table import METRICS
from experiments.charts import Figure, Point, Role, Series, Table, better_figure, guards_figure, series_table
from experiments.deltas import HEADLINE, Metrics, share_of_start
from experiments.models import Alarm, Metric

GUARDS = {
    "length_tokens": ("probe", ("length_drift",)),
    "distinct_2": ("probe", ("distinct_2_collapse",)),
    "opening_phrase_share": ("probe", ("opening_phrase_share_collapse",)),
    "degenerate_share": ("probe", ("degenerate_answers",)),
    "truncated_share": ("probe", ("truncation",)),
    "parse_failure_rate": ("train", ("parse_failure",)),
    "score_saturation": ("train", ("score_saturation",)),
    "tie_rate": ("train", ("ties",)),
}
"""What must not move: the split it is measured on and the alarms about it."""
RELATIVE = ("length_tokens", "distinct_2")


@dataclass(frozen=True)
class Plot:
    """A figure with its table and one line about what is drawn."""

    figure: Figure
    table: Table
    subtitle: str


@dataclass(frozen=True)
class Guard:
    """One guard metric as a chip: its newest value in words, good unless an alarm is open."""

    name: str
    title: str
    words: str
    tone: str


def better_plot(metrics: Metrics, last: int) -> Plot:
    """Gold, probe, the cheap control and the proxy, which gets an axis of its own where it is no share."""
    shares: list[Series] = []
    shares += _line("gold", "gold", metrics.series(HEADLINE, "gold"))
    shares += _line("probe", "probe", metrics.series(HEADLINE, "probe"))
    shares += _line("control", "probe", metrics.series("control_accuracy", "gold"))
    proxy = _line("proxy", "proxy", metrics.series("proxy", metrics.proxy_split))
    own_scale = any(
        top is not None and top > 1 for line in proxy for p in line.points for top in (p.value, p.high)
    )
    figure = better_figure(shares if own_scale else [*shares, *proxy], last=last)
    for trace in figure["data"]:
        if trace["name"] == "control":
            trace["line"] = trace["line"] | {"dash": "dot", "color": "token:muted"}
    if own_scale:
        _on_second_axis(figure, better_figure(proxy, share=False, last=last))
    return Plot(
        figure, series_table([*shares, *proxy]), _about_gold(metrics.latest(HEADLINE, "gold"), own_scale)
    )


def _on_second_axis(figure: Figure, other: Figure) -> None:
    figure["data"] += [trace | {"yaxis": "y2"} for trace in other["data"]]
    axis = other["layout"]["yaxis"] | {
        "overlaying": "y",
        "side": "right",
        "tickmode": "auto",
        "showgrid": False,
        "rangemode": "tozero",
    }
    figure["layout"]["yaxis2"] = axis
    labels = [
        label | {"yref": "y2", "xanchor": "right", "xshift": -6, "yshift": 12}
        for label in other["layout"]["annotations"]
    ]
    figure["layout"]["annotations"] = [*figure["layout"].get("annotations", []), *labels]


def _about_gold(newest: Metric | None, own_scale: bool) -> str:
    about = (
        f"share of right answers, {newest.n:,} gold prompts, 95 % interval"
        if newest
        else "nothing is measured yet"
    )
    return f"{about}; proxy, the loop's own score, on the right axis" if own_scale else about


def guard_plot(metrics: Metrics, wanted: str, last: int) -> Plot:
    """One guard metric over the iterations; `wanted` names it, the answers' length otherwise."""
    name = wanted if wanted in GUARDS else "length_tokens"
    lines = _line(METRICS[name].title.lower(), "guard", metrics.series(name, GUARDS[name][0]))
    return Plot(guards_figure(lines, last=last), series_table(lines), METRICS[name].help)


def guards(metrics: Metrics, alarms: Sequence[Alarm]) -> list[Guard]:
    """The guard metrics that the run has, with their newest values."""
    newest = [(name, metrics.latest(name, split), fired) for name, (split, fired) in GUARDS.items()]
    return [_guard(name, found, metrics, alarms, fired) for name, found, fired in newest if found]


def _guard(
    name: str, newest: Metric, metrics: Metrics, alarms: Sequence[Alarm], fired: Sequence[str]
) -> Guard:
    start = metrics.at(name, newest.split, 0)
    share = share_of_start(newest, start) if name in RELATIVE and newest.iteration else None
    if newest.value is None:
        words = f"not enough data (n = {newest.n})"
    elif share is not None:
        words = f"{share:.2f} of start"
    else:
        words = f"{newest.value:.1f}" if name == "length_tokens" else f"{100 * newest.value:.0f} %"
    warned = any(alarm.name in fired and alarm.state == Alarm.State.OPEN for alarm in alarms)
    return Guard(
        name,
        METRICS[name].title,
        words,
        "warn" if warned else "good" if newest.value is not None else "plain",
    )


def _line(name: str, role: Role, rows: Sequence[Metric]) -> list[Series]:
    points = [Point(row.iteration, row.value, row.low, row.high, row.n) for row in rows]
    return [Series(name, role, points)] if any(point.value is not None for point in points) else []
