"""Gold against what it cost: one line a recipe, on one kind of cost. Pure functions (see charts)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from experiments.charts import FEW, Figure, Point, Series, Table, base_layout, error_bars, share_top

COLOURS = tuple(f"token:series-{number}" for number in range(1, 9))
DASHES = ("solid", "dash", "dot", "dashdot")
MOST_DRAWN = 12
MINUTE = 60.0
LONGEST_LABEL = 18
PLOT_HEIGHT = 170.0
LONG = 600.0
"""Seconds from which an axis is in minutes."""


@dataclass(frozen=True)
class CostPoint:
    """Gold at one iteration and the cost up to there."""

    cost: float
    gold: Point


@dataclass(frozen=True)
class CostLine:
    """One line; `look` numbers its colour, dash and marker, the same in every plot of a page."""

    name: str
    points: Sequence[CostPoint]
    look: int = 0


def cost_figure(
    lines: Sequence[CostLine], title: str, *, seconds: bool = False, whole: bool = False
) -> Figure:
    """The first MOST_DRAWN lines; names at their ends where they are few and short, a legend otherwise.

    Colours repeat after eight lines with other dashes. `seconds`: the cost is a time. `whole`: it is a small count.
    """
    drawn = lines[:MOST_DRAWN]
    most = max((point.cost for line in drawn for point in line.points), default=0.0)
    scale, unit = (1 / MINUTE, "minutes") if seconds and most > LONG else (1.0, "seconds" if seconds else "")
    layout, end = base_layout(), (most or 1.0) * scale
    name = f"{title}, {unit}" if unit else title
    layout["xaxis"] |= {
        "range": [-0.03 * end, 1.03 * end],
        "title": {"text": name, "standoff": 6, "font": {"size": 11.5}},
        "tickformat": "d" if whole else "~s",
        "nticks": 6,
    }
    layout["yaxis"] |= {"range": _range(drawn), "tickformat": ".2~f"}
    layout["margin"]["b"] = 40
    longest = max((len(line.name) for line in drawn), default=0)
    if len(drawn) <= FEW and longest <= LONGEST_LABEL:
        layout["annotations"] = _labels(drawn, scale, layout["yaxis"]["range"])
        layout["margin"]["r"] += 6 * longest
    else:
        layout["showlegend"] = True
        layout["legend"] |= {"y": -0.28}
    return {"data": [_trace(line, scale) for line in drawn], "layout": layout}


def cost_table(lines: Sequence[CostLine], title: str) -> Table:
    """One row a measurement that is drawn."""
    rows: list[list[str | float | None]] = [
        [line.name, p.gold.iteration, p.cost, p.gold.value, p.gold.low, p.gold.high, p.gold.n]
        for line in lines[:MOST_DRAWN]
        for p in line.points
    ]
    return Table(["line", "iteration", title, "gold", "low", "high", "n"], rows)


def _range(lines: Sequence[CostLine]) -> list[float]:
    """From 0 where a value is near it, else from a tenth below the lowest interval: differences are small."""
    points = [p.gold for line in lines for p in line.points]
    lows = [low for p in points for low in (p.low, p.value) if low is not None]
    top = share_top([Series("", "gold", points)])
    bottom = min(lows, default=0.0)
    return [0.0 if bottom < 0.3 * top else max(0.0, round(bottom - 0.05, 1)), top]


def _colour(line: CostLine) -> str:
    return COLOURS[line.look % len(COLOURS)]


def _trace(line: CostLine, scale: float) -> dict[str, Any]:
    colour = _colour(line)
    points = [point.gold for point in line.points]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": line.name,
        "x": [point.cost * scale for point in line.points],
        "y": [point.value for point in points],
        "customdata": [_hover(point) for point in line.points],
        "hovertemplate": "%{y:.3~r}%{customdata[0]}<br>%{customdata[1]}",
        "line": {"color": colour, "width": 2, "dash": DASHES[line.look // 2 % len(DASHES)]},
        "marker": {"color": colour, "size": 6, "symbol": line.look % 8},
        "error_y": error_bars(points, colour),
        "connectgaps": False,
        "cliponaxis": False,
    }


def _hover(point: CostPoint) -> list[str]:
    gold = point.gold
    known = gold.low is not None and gold.high is not None
    count = "" if gold.n is None else f", n = {gold.n:,}"
    interval = f" ({gold.low:.3g} to {gold.high:.3g})" if known else ""
    return [interval, f"iteration {gold.iteration}{count}<br>{point.cost:,.0f} spent"]


def _labels(lines: Sequence[CostLine], scale: float, span: Sequence[float]) -> list[dict[str, Any]]:
    """The name beside each line's last point, lifted where it would touch the one below."""
    known = [
        (end.gold.value, line, end) for line in lines if (end := _end(line)) and end.gold.value is not None
    ]
    labels: list[dict[str, Any]] = []
    crowd, place = 0.08 * (span[1] - span[0]), -math.inf
    for value, line, end in sorted(known, key=lambda one: one[0]):
        place = max(value, place + crowd)
        lift = PLOT_HEIGHT * (place - value) / (span[1] - span[0])
        labels.append(_label(line, end.cost * scale, value, lift))
    return labels


def _end(line: CostLine) -> CostPoint | None:
    return next((point for point in reversed(line.points) if point.gold.value is not None), None)


def _label(line: CostLine, x: float, y: float, lift: float) -> dict[str, Any]:
    return {
        "x": x,
        "y": y,
        "text": line.name,
        "showarrow": False,
        "xanchor": "left",
        "xshift": 9,
        "yshift": lift,
        "font": {"color": _colour(line), "size": 12},
    }
