"""What the page of one iteration shows beside the prompts that moved."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.alignment.metrics_table import METRICS
from experiments.models import Metric, Run


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


def metric_changes(run: Run, index: int) -> list[MetricChange]:
    """Every metric of an iteration with its change; one query."""
    rows = list(Metric.objects.filter(run=run, iteration__in=[index - 1, index]).order_by("name", "split"))
    before = {(m.name, m.split): m.value for m in rows if m.iteration == index - 1}
    return [_change(m, before.get((m.name, m.split))) for m in rows if m.iteration == index]


def _change(metric: Metric, before: float | None) -> MetricChange:
    unknown = metric.value is None or before is None
    return MetricChange(metric, None if unknown else metric.value - before)  # type: ignore[operator]
