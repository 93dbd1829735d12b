"""Runs side by side at equal cost."""

from experiments.services.compare.axes import AXES, Axis, find_axis
from experiments.services.compare.choice import MOST_RUNS, offered, runs_named
from experiments.services.compare.comparison import Comparison, compare, document, other_figures
from experiments.services.compare.lines import Line
from experiments.services.compare.plots import cost_plot
from experiments.services.compare.sources import arenas, measured_versions

__all__ = [
    "AXES",
    "MOST_RUNS",
    "Axis",
    "Comparison",
    "Line",
    "arenas",
    "compare",
    "cost_plot",
    "document",
    "find_axis",
    "measured_versions",
    "offered",
    "other_figures",
    "runs_named",
]
