"""What the page of one iteration shows beside the prompts that moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef

from experiments.alignment.metrics_table import METRICS
from experiments.models import Iteration, Metric, Run, Trace

COMPARED = ("probe", "gold", "proxy", "train", "operator", "control_probe", "control_gold")


@dataclass(frozen=True)
class MetricChange:
    """One estimate and its change against the iteration before, None where either is missing."""

    metric: Metric
    change: float | None

    @property
    def title(self) -> str:
        return METRICS[self.metric.name].title if self.metric.name in METRICS else self.metric.name

    @property
    def help(self) -> str:
        return METRICS[self.metric.name].help if self.metric.name in METRICS else ""


def comparable_parts(iteration: Iteration) -> list[str]:
    """The parts of an iteration that have traces, those that answer "is it better" first; one query."""
    asked = {
        f"has_{part}": Exists(Trace.objects.filter(iteration=OuterRef("pk"), part=part)) for part in COMPARED
    }
    row: dict[str, Any] = dict(Iteration.objects.filter(pk=iteration.pk).values(**asked).get())
    return [part for part in COMPARED if row[f"has_{part}"]]


def metric_changes(run: Run, index: int) -> list[MetricChange]:
    """Every metric of an iteration with its change; one query."""
    rows = list(Metric.objects.filter(run=run, iteration__in=[index - 1, index]).order_by("name", "split"))
    before = {(m.name, m.split): m.value for m in rows if m.iteration == index - 1}
    return [_change(m, before.get((m.name, m.split))) for m in rows if m.iteration == index]


def _change(metric: Metric, before: float | None) -> MetricChange:
    unknown = metric.value is None or before is None
    return MetricChange(metric, None if unknown else metric.value - before)  # type: ignore[operator]
