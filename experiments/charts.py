"""Rows to Plotly figures: pure functions, and plain dicts that carry no colour of their own.

Colours are named "token:accent" or "token:accent/0.4" (opacity) and resolved by static/js/plots.js against
the theme in force. Plotly itself is not imported: loading it takes a second and memory that the web process
does not need; a test holds every figure against Plotly's own validation.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Figure = dict[str, Any]
Role = Literal["gold", "probe", "proxy", "guard"]

FEW = 4
"""Up to so many lines carry their name at their end; more get a legend."""

LINES: dict[Role, dict[str, Any]] = {
    "gold": {"color": "token:accent", "width": 2.2, "dash": "solid"},
    "probe": {"color": "token:accent", "width": 1.1, "dash": "solid"},
    "proxy": {"color": "token:muted", "width": 1.8, "dash": "dash"},
    "guard": {"color": "token:warn", "width": 2.0, "dash": "solid"},
}
GUARD_DASHES = ("solid", "dash", "dot", "dashdot")


@dataclass(frozen=True)
class Point:
    """One measurement at an iteration, with its interval; value None where nothing was measured."""

    iteration: int
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None


@dataclass(frozen=True)
class Series:
    """One line of a plot: its name, the role that fixes its look, its points in order of iteration."""

    name: str
    role: Role
    points: Sequence[Point]


@dataclass(frozen=True)
class Table:
    """The figures of a plot as its table view shows them."""

    columns: list[str]
    rows: list[list[str | float | None]]


def better_figure(series: Sequence[Series], *, share: bool = True, last: int | None = None) -> Figure:
    """Is it really better? Gold solid, probe thin, proxy dashed, each with its interval.

    share: the values are shares, so the axis starts at 0 and ends at most at 1. last: the last iteration that
    is planned, so that a run under way leaves room for what is still to come.
    """
    figure = _lines(series, last)
    if share:
        top = share_top(series)
        figure["layout"]["yaxis"] |= {
            "range": [0, top],
            "dtick": 0.2 if top > 0.5 else 0.1,
            "tickformat": ".1f",
        }
    return figure


def guards_figure(series: Sequence[Series], *, last: int | None = None) -> Figure:
    """What else moved? Guard metrics of one unit, in the warning colour, told apart by their dashes."""
    figure = _lines(series, last)
    figure["layout"]["yaxis"]["rangemode"] = "tozero"
    for trace, dash in zip(figure["data"], _cycle(GUARD_DASHES, len(series)), strict=True):
        trace["line"] = trace["line"] | {"dash": dash}
    return figure


def histogram_figure(deltas: Sequence[float | None]) -> Figure:
    """How many prompts moved, and how far: bars of equal width, one of them centred on "no change".

    Falls are in the colour of worse, rises in that of better; None (unscored on either side) is left out.
    """
    values = [delta for delta in deltas if delta is not None and math.isfinite(delta)]
    width = _bin_width(values)
    counts = Counter(round(value / width) for value in values)
    steps = sorted(counts)
    bars = {
        "type": "bar",
        "x": [_clean(step * width) for step in steps],
        "y": [counts[step] for step in steps],
        "width": [width * 0.9] * len(steps),
        "marker": {"color": [_side(step) for step in steps]},
        "hovertemplate": "change about %{x}<br>%{y} prompts<extra></extra>",
    }
    layout = base_layout()
    layout["xaxis"]["zeroline"] = False
    layout["yaxis"]["rangemode"] = "tozero"
    return {"data": [bars], "layout": layout | {"bargap": 0.1}}


def has_values(figure: Figure) -> bool:
    """Whether there is anything to draw: a plot without a value says so in words instead."""
    return any(value is not None for trace in figure["data"] for value in trace["y"])


def series_table(series: Sequence[Series]) -> Table:
    """One row a measurement: line, iteration, value, interval, n."""
    rows = [[line.name, p.iteration, p.value, p.low, p.high, p.n] for line in series for p in line.points]
    return Table(["line", "iteration", "value", "low", "high", "n"], rows)


def histogram_table(deltas: Sequence[float | None]) -> Table:
    """Prompts that fell, stayed and rose, and those that could not be compared."""
    scored = [delta for delta in deltas if delta is not None and math.isfinite(delta)]
    counted = [
        ("worse", sum(delta < 0 for delta in scored)),
        ("unchanged", sum(delta == 0 for delta in scored)),
        ("better", sum(delta > 0 for delta in scored)),
        ("not comparable", len(deltas) - len(scored)),
    ]
    return Table(["change", "prompts"], [[name, count] for name, count in counted])


def _lines(series: Sequence[Series], last: int | None) -> Figure:
    few = len(series) <= FEW
    layout = base_layout()
    iterations = [point.iteration for line in series for point in line.points]
    end = max([*iterations, last or 0, 1])
    layout["xaxis"] |= {"range": [-0.04 * end, 1.02 * end], "tickformat": "d", "dtick": math.ceil(end / 10)}
    layout["showlegend"] = not few
    layout["annotations"] = _end_labels(series) if few else []
    layout["margin"]["r"] += _room_for(layout["annotations"], layout["xaxis"]["range"][1])
    shifts = _dodges(len(series), layout["xaxis"]["range"][1])
    return {
        "data": [_trace(line, shift) for line, shift in zip(series, shifts, strict=True)],
        "layout": layout,
    }


def _room_for(labels: Sequence[dict[str, Any]], last: float) -> int:
    """Pixels to the right of the axis that names need whose line has nearly reached its end."""
    return max((7 * len(label["text"]) for label in labels if label["x"] > 0.8 * last), default=0)


def _dodges(count: int, last: float) -> list[float]:
    """Small sideways shifts, symmetric about 0, so that the intervals of lines do not cover each other."""
    return [_clean((index - (count - 1) / 2) * 0.012 * last) for index in range(count)]


def _trace(line: Series, shift: float) -> dict[str, Any]:
    look = LINES[line.role]
    points = list(line.points)
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": line.name,
        "x": [point.iteration + shift for point in points],
        "y": [point.value for point in points],
        "customdata": [_hover_words(point) for point in points],
        "hovertemplate": "%{y:.3~r}%{customdata[0]}<br>%{customdata[1]}",
        "line": look,
        "marker": {"color": look["color"], "size": 5 if line.role == "probe" else 6},
        "error_y": error_bars(points, look["color"]),
        "connectgaps": False,
        "cliponaxis": False,
    }


def error_bars(points: Sequence[Point], colour: str) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [_distance(point.value, point.high) for point in points],
        "arrayminus": [_distance(point.low, point.value) for point in points],
        "color": f"{colour}/0.55",
        "thickness": 1.2,
        "width": 0,
    }


def _distance(low: float | None, high: float | None) -> float | None:
    return None if low is None or high is None else max(0.0, high - low)


def _hover_words(point: Point) -> list[str]:
    """The interval, then iteration and n, as the hover shows them after the value."""
    known = point.low is not None and point.high is not None
    count = "" if point.n is None else f", n = {point.n:,}"
    return [f" ({point.low:.3g} to {point.high:.3g})" if known else "", f"iteration {point.iteration}{count}"]


def _end_labels(series: Sequence[Series]) -> list[dict[str, Any]]:
    """The name of each line beside its last point; names that would touch are pushed apart."""
    lasts = [(_end(line), line) for line in series]
    ends = [(end.value, end.iteration, line) for end, line in lasts if end and end.value is not None]
    ends.sort(key=lambda item: item[0])
    values = [p.value for line in series for p in line.points if p.value is not None]
    crowd = 0.09 * (max([*values, 0.0]) - min([*values, 0.0]) or 1.0)
    labels = []
    for index, (value, iteration, line) in enumerate(ends):
        tight_below = index > 0 and value - ends[index - 1][0] < crowd
        tight_above = index + 1 < len(ends) and ends[index + 1][0] - value < crowd
        labels.append(_label(line, iteration, value, shift=8 * (tight_below - tight_above)))
    return labels


def _end(line: Series) -> Point | None:
    return next((point for point in reversed(line.points) if point.value is not None), None)


def _label(line: Series, iteration: int, value: float, shift: int) -> dict[str, Any]:
    return {
        "x": iteration,
        "y": value,
        "text": line.name,
        "showarrow": False,
        "xanchor": "left",
        "xshift": 12,
        "yshift": shift,
        "font": {"color": LINES[line.role]["color"], "size": 12},
    }


def base_layout() -> dict[str, Any]:
    axis = {"showgrid": False, "zeroline": False, "fixedrange": False, "automargin": True, "ticks": ""}
    return {
        "autosize": True,
        "margin": {"l": 36, "r": 14, "t": 10, "b": 26},
        "paper_bgcolor": "token:panel/0",
        "plot_bgcolor": "token:panel/0",
        "font": {"color": "token:muted", "size": 11},
        "hoverlabel": {"bgcolor": "token:panel", "bordercolor": "token:line", "font": {"color": "token:ink"}},
        "hovermode": "closest",
        "legend": {"orientation": "h", "y": -0.16, "font": {"size": 12}},
        "modebar": {"bgcolor": "token:panel/0", "color": "token:muted", "activecolor": "token:accent"},
        "showlegend": False,
        "xaxis": dict(axis),
        "yaxis": dict(axis) | {"showgrid": True, "gridcolor": "token:line", "nticks": 5},
    }


def share_top(series: Sequence[Series]) -> float:
    """The next tenth above the highest value or interval end; 1.02 at most, so that a point at 1 is whole."""
    points = [point for line in series for point in line.points]
    tops = [top for p in points for top in (p.value, p.high) if top is not None]
    highest = max([*tops, 0.1])
    return 1.02 if highest > 0.95 else _clean(math.ceil(highest * 10 + 0.25) / 10)


def _cycle(values: Sequence[str], count: int) -> list[str]:
    return [values[index % len(values)] for index in range(count)]


def _bin_width(values: Sequence[float]) -> float:
    """A round width (1, 2 or 5 times a power of ten) that makes at most about twenty bars."""
    reach = max((abs(value) for value in values), default=0.0)
    if reach == 0:
        return 1.0
    raw = reach / 10
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)


def _clean(value: float) -> float:
    """Without the dust of binary fractions: 0.30000000000000004 becomes 0.3."""
    return float(f"{value:.10g}")


def _side(step: int) -> str:
    if step == 0:
        return "token:edge"
    return "token:good" if step > 0 else "token:bad"
