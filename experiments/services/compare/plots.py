"""The plots of a comparison: gold against one kind of cost, the best lines first."""

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.charts import Figure, Point, Table
from experiments.cost_charts import CostLine, CostPoint, cost_figure, cost_table
from experiments.services.compare.axes import Axis
from experiments.services.compare.lines import Line, Stop


@dataclass(frozen=True)
class CostPlot:
    """A figure with its table, on one axis."""

    axis: Axis
    figure: Figure
    table: Table


def cost_plot(axis: Axis, lines: Sequence[Line]) -> CostPlot:
    """The lines whose costs on the axis are known."""
    ranked = sorted(lines, key=lambda line: -(line.last.gold.value or 0.0))
    drawn = [
        CostLine(line.name, [_point(stop, axis) for stop in line.stops], look)
        for look, line in enumerate(ranked)
        if line.end(axis) is not None
    ]
    seconds, whole = axis.name == "device_seconds", axis.name == "iterations"
    figure = cost_figure(drawn, axis.title, seconds=seconds, whole=whole)
    return CostPlot(axis, figure, cost_table(drawn, axis.title))


def _point(stop: Stop, axis: Axis) -> CostPoint:
    gold = stop.gold
    return CostPoint(
        stop.costs[axis.name], Point(stop.iteration, gold.value, gold.low, gold.high, stop.prompts)
    )
