"""Figures: valid for Plotly, in the colours that mean the same everywhere, honest about gaps."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

from experiments.charts import (
    Figure,
    Point,
    Series,
    better_figure,
    guards_figure,
    histogram_figure,
    histogram_table,
    series_table,
)

TOKENS = set(re.findall(r"--([\w-]+):", (Path(__file__).parents[2] / "static/css/tokens.css").read_text()))

GOLD = Series(
    "gold", "gold", [Point(0, 0.14, 0.10, 0.20, 200), Point(1, 0.19, 0.14, 0.25, 200), Point(2, None)]
)
PROBE = Series("probe", "probe", [Point(0, 0.15), Point(1, 0.2)])
PROXY = Series("proxy", "proxy", [Point(0, 0.22, 0.20, 0.24, 768), Point(1, 0.31, 0.29, 0.33, 1768)])
LENGTH = Series("length", "guard", [Point(0, 21.0, 20.0, 22.0, 200)])
KL = Series("KL", "guard", [Point(0, 0.0), Point(1, 3.0)])

FIGURES = {
    "better": better_figure([GOLD, PROBE, PROXY], last=3),
    "better, not a share": better_figure([LENGTH], share=False),
    "better, many lines": better_figure([GOLD] * 6),
    "guards": guards_figure([LENGTH, KL]),
    "histogram": histogram_figure([-1.0, 0.0, 0.5, None]),
    "nothing measured": better_figure([]),
    "no deltas": histogram_figure([]),
}


def coloured(value: Any) -> Any:
    """The figure with every colour token replaced, as the browser does it."""
    if isinstance(value, dict):
        return {key: coloured(item) for key, item in value.items()}
    if isinstance(value, list):
        return [coloured(item) for item in value]
    if isinstance(value, str) and value.startswith("token:"):
        assert value.removeprefix("token:").split("/")[0] in TOKENS
        return "rgba(1, 2, 3, 0.5)"
    return value


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES.keys())
def test_plotly_accepts_every_figure(figure: Figure) -> None:
    go.Figure(coloured(figure))


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES.keys())
def test_no_figure_carries_a_colour_of_its_own(figure: Figure) -> None:
    assert not re.search(r"#[0-9a-f]{3}|rgb", repr(figure))


def test_gold_is_solid_probe_is_thin_and_proxy_is_dashed_and_muted() -> None:
    gold, probe, proxy = (trace["line"] for trace in FIGURES["better"]["data"])
    assert (gold["color"], gold["dash"]) == ("token:accent", "solid")
    assert probe["color"] == "token:accent"
    assert probe["width"] < gold["width"]
    assert (proxy["color"], proxy["dash"]) == ("token:muted", "dash")


def test_guards_are_in_the_warning_colour_and_told_apart_by_their_dashes() -> None:
    lines = [trace["line"] for trace in FIGURES["guards"]["data"]]
    assert {line["color"] for line in lines} == {"token:warn"}
    assert len({line["dash"] for line in lines}) == 2


def test_error_bars_are_distances_from_the_value_and_absent_where_there_is_no_interval() -> None:
    gold, probe, _ = FIGURES["better"]["data"]
    assert gold["error_y"]["array"][:2] == pytest.approx([0.06, 0.06])
    assert gold["error_y"]["arrayminus"][:2] == pytest.approx([0.04, 0.05])
    assert gold["error_y"]["array"][2] is None
    assert probe["error_y"]["array"] == [None, None]


def test_a_point_that_was_not_measured_is_a_gap_and_never_zero() -> None:
    gold = FIGURES["better"]["data"][0]
    assert gold["y"] == [0.14, 0.19, None]
    assert gold["connectgaps"] is False


def test_hover_shows_interval_iteration_and_n() -> None:
    proxy = FIGURES["better"]["data"][2]
    assert proxy["customdata"][1] == [" (0.29 to 0.33)", "iteration 1, n = 1,768"]


def test_few_lines_are_labelled_at_their_last_measured_point() -> None:
    labels = {label["text"]: label for label in FIGURES["better"]["layout"]["annotations"]}
    assert labels.keys() == {"gold", "probe", "proxy"}
    assert (labels["gold"]["x"], labels["gold"]["y"]) == (1, 0.19)
    assert FIGURES["better"]["layout"]["showlegend"] is False


def test_names_that_would_touch_are_pushed_apart() -> None:
    labels = {label["text"]: label["yshift"] for label in FIGURES["better"]["layout"]["annotations"]}
    assert labels["gold"] < 0 < labels["probe"]
    assert labels["proxy"] == 0


def test_many_lines_get_a_legend_instead() -> None:
    layout = FIGURES["better, many lines"]["layout"]
    assert layout["annotations"] == []
    assert layout["showlegend"] is True


def test_a_run_under_way_leaves_room_for_what_is_still_to_come() -> None:
    assert FIGURES["better"]["layout"]["xaxis"]["range"][1] >= 3


@pytest.mark.parametrize(("value", "top"), [(0.05, 0.2), (0.32, 0.4), (0.99, 1.02), (1.0, 1.02)])
def test_the_axis_of_a_share_starts_at_zero_and_shows_its_highest_point(value: float, top: float) -> None:
    figure = better_figure([Series("gold", "gold", [Point(0, value)])])
    assert figure["layout"]["yaxis"]["range"] == [0, top]


def test_the_histogram_counts_every_scored_delta_once_and_colours_by_side() -> None:
    bars = histogram_figure([-1.0] * 3 + [0.0] * 5 + [1.0] * 2 + [0.52, None, float("nan")])["data"][0]
    assert dict(zip(bars["x"], bars["y"], strict=True)) == {-1.0: 3, 0.0: 5, 0.5: 1, 1.0: 2}
    assert bars["marker"]["color"] == ["token:bad", "token:edge", "token:good", "token:good"]


@pytest.mark.parametrize("scale", [1e-6, 0.003, 1.0, 40.0, 1e5])
def test_the_histogram_stays_readable_at_any_scale(scale: float) -> None:
    bars = histogram_figure([scale * step / 500 for step in range(-500, 501)])["data"][0]
    assert 9 <= len(bars["x"]) <= 22
    assert sum(bars["y"]) == 1001


def test_tables_hold_the_same_figures_as_the_plots() -> None:
    assert series_table([GOLD]).rows[0] == ["gold", 0, 0.14, 0.10, 0.20, 200]
    assert series_table([GOLD]).rows[2][2] is None
    counts = histogram_table([-1.0, 0.0, 0.0, 2.0, None])
    assert counts.rows == [["worse", 1], ["unchanged", 2], ["better", 1], ["not comparable", 1]]


def test_charts_do_not_load_plotly_in_the_web_process() -> None:
    code = "import sys, experiments.charts; sys.exit(any(m.split('.')[0] == 'plotly' for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
