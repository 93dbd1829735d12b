"""The figures that a run's own recipe reports, beyond those that every run has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from experiments.alignment.diagnostics.findings import LEAST_FOR_MEAN
from experiments.alignment.metric_families import family_metrics
from experiments.alignment.metric_help import MetricHelp
from experiments.deltas import Metrics
from experiments.models import Metric

TOO_SMALL, NOT_ENOUGH = "undefined: the gap is too small", "not enough data"
SPLITS = ("probe", "gold", "train")


@dataclass(frozen=True)
class RecipeFigure:
    """One metric on one split: its newest and its first estimate, the same where it was measured once."""

    help: MetricHelp
    newest: Metric
    first: Metric

    @property
    def change(self) -> float | None:
        """None where either is missing, and for the first measurement itself."""
        if self.newest is self.first or self.newest.value is None or self.first.value is None:
            return None
        return self.newest.value - self.first.value

    @property
    def tone(self) -> str:
        """The colour of the change; none where no direction is the better one."""
        if not self.change or self.help.better == "none":
            return ""
        return "good" if (self.change > 0) == (self.help.better == "up") else "bad"

    @property
    def is_difference(self) -> bool:
        return self.help.unit == "difference"

    @property
    def missing(self) -> str:
        """Why the newest has no value."""
        return self._why(self.newest)

    @property
    def first_missing(self) -> str:
        return self._why(self.first)

    def _why(self, metric: Metric) -> str:
        """A ratio whose denominator is about 0 says nothing, however much was measured."""
        may_be_undefined = self.help.unit == "ratio" and "undefined" in self.help.help.lower()
        return TOO_SMALL if may_be_undefined and metric.n >= LEAST_FOR_MEAN else NOT_ENOUGH


def recipe_figures(metrics: Metrics, table: Mapping[str, MetricHelp] | None = None) -> list[RecipeFigure]:
    """Every metric of a family that the run has, in the table's order; no query."""
    known = family_metrics() if table is None else table
    found = [
        (about, metrics.series(name, split))
        for name, about in known.items()
        for split in SPLITS
        if (name, split) in metrics.places
    ]
    return [RecipeFigure(about, rows[-1], rows[0]) for about, rows in found]
