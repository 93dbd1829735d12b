"""Runs side by side: what the comparison page, the command and its file say."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

from experiments.alignment.metrics_table import METRICS
from experiments.models import LatestMetric, Metric, Run
from experiments.services.compare.axes import AXES, Axis
from experiments.services.compare.equal import Equal, Standing, at_equal_cost, verdict
from experiments.services.compare.lines import Line, differing, lines_of
from experiments.services.compare.material import LeftOut, Material, comparable
from experiments.services.standing.parts import Cell, over_seeds

MOST_FIGURES = 16
ON_PLOTS = ("accuracy", "accuracy_gain")


@dataclass(frozen=True)
class Figure:
    """One metric's newest estimate of each line, and the change from the first to the second where there are two."""

    title: str
    help: str
    split: str
    cells: Sequence[Cell]

    @property
    def change(self) -> float | None:
        values = [cell.value for cell in self.cells]
        if len(values) != 2 or values[0] is None or values[1] is None:
            return None
        return values[1] - values[0]


@dataclass(frozen=True)
class Comparison:
    """`runs` are those compared, as `lines`; `left_out` the others, each with why."""

    runs: Sequence[Run]
    left_out: Sequence[LeftOut]
    lines: Sequence[Line]
    equal: Equal

    @property
    def sentence(self) -> str:
        return verdict(self.equal) if len(self.lines) > 1 else ""

    @property
    def used(self) -> list[Axis]:
        """The costs of which some line spent anything."""
        return [axis for axis in AXES if any(line.end(axis) for line in self.lines)]

    @property
    def unused(self) -> list[Axis]:
        return [axis for axis in AXES if axis not in self.used]

    @property
    def uncounted(self) -> list[Line]:
        return [line for line in self.lines if not line.counted]

    @property
    def settings(self) -> list[tuple[str, list[Any]]]:
        """Settings that differ: the name, and the value of each line; None where a line has no such setting."""
        each = [line.settings for line in self.lines]
        return [(name, [one.get(name) for one in each]) for name in differing(each)]


def compare(
    runs: Sequence[Run], axis: Axis, budget: float | None = None, level: float | None = None
) -> Comparison:
    """The runs side by side; the first line is what the others are compared with."""
    material = Material(runs)
    kept, left_out = comparable(material)
    lines = lines_of(material, kept)
    return Comparison(kept, left_out, lines, at_equal_cost(lines, axis, budget, level))


def other_figures(lines: Sequence[Line]) -> list[Figure]:
    """The newest estimates that every line has, beyond accuracy on gold; one query."""
    newest: dict[tuple[str, str], dict[int, LatestMetric]] = {}
    runs = [run for line in lines for run in line.runs]
    for row in LatestMetric.objects.filter(run__in=runs, name__in=METRICS.keys()):
        newest.setdefault((row.name, row.split), {})[row.run_id] = row
    shared = [
        (name, split)
        for name in METRICS
        for split in ("probe", "gold", "train")
        if not (name in ON_PLOTS and split == "gold") and _everywhere(newest.get((name, split), {}), lines)
    ]
    return [_figure(name, split, newest[name, split], lines) for name, split in shared[:MOST_FIGURES]]


def _everywhere(rows: Mapping[int, LatestMetric], lines: Sequence[Line]) -> bool:
    return bool(lines) and all(any(run.pk in rows for run in line.runs) for line in lines)


def _figure(name: str, split: str, rows: Mapping[int, LatestMetric], lines: Sequence[Line]) -> Figure:
    about = METRICS[name]
    signed = about.unit == "difference"
    cells = [
        over_seeds(cast(Sequence[Metric | None], [rows.get(run.pk) for run in line.runs]), signed=signed)
        for line in lines
    ]
    return Figure(about.title, about.help, split, cells)


def document(comparison: Comparison) -> dict[str, Any]:
    """The comparison as scripts read it."""
    equal = comparison.equal
    return {
        "sentence": comparison.sentence,
        "axis": equal.axis.name,
        "budget": equal.budget,
        "level": equal.level,
        "lines": [_line(one) for one in equal.standings],
        "left_out": [{"run": one.run.pk, "why": one.why} for one in comparison.left_out],
        "settings": dict(comparison.settings),
    }


def _line(one: Standing) -> dict[str, Any]:
    line, stop = one.line, one.stop
    return {
        "name": line.name,
        "recipe": line.runs[0].recipe,
        "runs": [run.pk for run in line.runs],
        "costs_counted": line.counted,
        "at_budget": {"iteration": stop.iteration, "gold": _cell(stop.gold)} if stop else None,
        "missing": one.missing or None,
        "against_first": _cell(one.against) if one.against else None,
        "level_reached_at": one.reached,
        "stops": [
            {
                "iteration": s.iteration,
                "gold": _cell(s.gold),
                "gain": _cell(s.gain),
                "prompts": s.prompts,
                "costs": dict(s.costs) | ({"money": s.money} if line.counted else {}),
            }
            for s in line.stops
        ],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {name: value for name, value in asdict(cell).items() if name in ("value", "low", "high")}
