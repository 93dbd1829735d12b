"""The journal of a run's step in the database: every commit is fenced by the lease and carries its chunk's mark."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from experiments.alignment import types as kernel
from experiments.alignment.steps import prompt_order, split_of
from experiments.models import Alarm, Chunk, Iteration, LatestMetric, Metric, Row, Trace
from experiments.models.runs import bump
from experiments.search import index_traces
from experiments.services import costs, trace_writer
from experiments.services import work as works
from experiments.services.groups import read_groups, to_prompt
from tasks.checkpoints import Checkpoints
from tasks.lease import Lease
from tasks.metering import Meter

PROGRESS_SECONDS = 1.0


class DatabaseJournal:
    """Implements the kernel's Journal for one leased step. `chunks` are all of the step's, done ones included."""

    def __init__(self, lease: Lease, chunks: Sequence[kernel.Chunk], meter: Meter) -> None:
        self.lease = lease
        self.meter = meter
        self.work = lease.work
        self.run = self.work.run
        self.iteration = Iteration.objects.get(run=self.run, index=self.work.iteration)
        self.checkpoints = Checkpoints(self.run, self.work.iteration, self.work.phase)
        self._chunks = chunks
        self._orders: dict[kernel.Part, list[str]] = {}
        self._told = 0.0

    def check(self) -> None:
        self.lease.check()

    def done(self) -> set[int]:
        return set(self.work.chunks.values_list("index", flat=True))

    def progress(self, done: int, total: int) -> None:
        """Written at most once a second; outside training it is told in prompts instead of chunks."""
        if self.work.stage == "learn":
            self._tell(done, total, "steps")
        else:
            sizes = [chunk.stop - chunk.start for chunk in self._chunks]
            self._tell(sum(sizes[:done]), sum(sizes), "prompts")

    def _tell(self, done: int, total: int, unit: str) -> None:
        if done < total and time.monotonic() - self._told < PROGRESS_SECONDS:
            return
        self._told = time.monotonic()
        with transaction.atomic():
            works.fence(self.work, items_done=done, items_total=total, unit=unit, progress_at=Now())
            bump(self.run.pk)

    # What a step reads

    def prompts(self, chunk: kernel.Chunk) -> list[kernel.Prompt]:
        return [to_prompt(row) for row in self._rows(chunk)]

    def _rows(self, chunk: kernel.Chunk) -> list[Row]:
        keys = self._order(chunk.part)[chunk.start : chunk.stop]
        found = {
            row.key: row for row in Row.objects.filter(version_id=self.run.dataset_version_id, key__in=keys)
        }
        return [found[key] for key in keys]

    def _order(self, part: kernel.Part) -> list[str]:
        if part not in self._orders:
            rows = Row.objects.filter(version_id=self.run.dataset_version_id, split=split_of(part))
            keys = list(rows.values_list("key", flat=True))
            self._orders[part] = prompt_order(part, keys, self.run.seed, self.work.iteration)
        return self._orders[part]

    def groups(
        self,
        part: kernel.Part,
        chunk: kernel.Chunk | None = None,
        iteration: int | None = None,
        phase: int | None = None,
    ) -> Iterator[kernel.Group]:
        return read_groups(self._traces(part, chunk, iteration, phase))

    def _traces(
        self, part: str, chunk: kernel.Chunk | None, iteration: int | None = None, phase: int | None = None
    ) -> QuerySet[Trace]:
        traces = Trace.objects.filter(
            iteration__run=self.run,
            iteration__index=self.work.iteration if iteration is None else iteration,
            phase=self.work.phase if phase is None else phase,
            part=part,
        ).order_by("position")
        return traces.filter(position__gte=chunk.start, position__lt=chunk.stop) if chunk else traces

    def selected(self, role: str, data: Literal["round", "accumulated"]) -> Iterator[kernel.Group]:
        first = self.work.iteration if data == "round" else 0
        return read_groups(
            Trace.objects.filter(
                iteration__run=self.run,
                iteration__index__gte=first,
                iteration__index__lte=self.work.iteration,
                phase=self.work.phase,
                part="train",
                selections__role=role,
            ).distinct()
        )

    def checkpoint(self, role: str, which: Literal["base", "previous", "current"]) -> kernel.Checkpoint:
        return self.checkpoints.find(role, which)

    def history(self) -> list[tuple[int, kernel.Metric]]:
        return [
            (m.iteration, kernel.Metric(m.name, m.split, m.value, m.low, m.high, m.n, m.n_unscored))  # type: ignore[arg-type]
            for m in Metric.objects.filter(run=self.run)
        ]

    # What a step commits

    def add_groups(self, chunk: kernel.Chunk, groups: Sequence[kernel.Group]) -> None:
        rows = self._rows(chunk)

        def write() -> None:
            traces = trace_writer.write_groups(
                self.iteration, self.work.phase, chunk.part, chunk.start, rows, groups
            )
            index_traces([trace.pk for trace in traces])

        self._commit(chunk, write)

    def add_signals(self, chunk: kernel.Chunk, signals: Sequence[Sequence[kernel.Signal]]) -> None:
        traces = list(self._traces(chunk.part, chunk).select_related("row", "iteration"))
        self._commit(chunk, lambda: trace_writer.write_signals(traces, signals))

    def add_selections(self, chunk: kernel.Chunk, selections: Sequence[Sequence[kernel.Selection]]) -> None:
        traces = list(self._traces(chunk.part, chunk))
        self._commit(chunk, lambda: trace_writer.write_selections(traces, selections))

    def add_checkpoint(self, chunk: kernel.Chunk, role: str, trained: kernel.Trained, kind: str) -> None:
        sha256, directory = self.checkpoints.take_in(trained)
        self._commit(chunk, lambda: self.checkpoints.record(role, kind, trained, sha256, directory))

    def add_metrics(self, iteration: int, metrics: Sequence[kernel.Metric]) -> None:
        def write() -> None:
            for metric in metrics:
                self._write_metric(iteration, metric)

        self._transact(write)

    def _write_metric(self, iteration: int, metric: kernel.Metric) -> None:
        place: dict[str, Any] = {"run": self.run, "name": metric.name, "split": metric.split}
        span = {"value": metric.value, "low": metric.low, "high": metric.high}
        Metric.objects.update_or_create(
            **place, iteration=iteration, defaults={**span, "n": metric.n, "n_unscored": metric.n_unscored}
        )
        first = {"first": metric.value} if iteration == 0 else {}
        LatestMetric.objects.update_or_create(**place, defaults={**span, **first, "iteration": iteration})

    def add_alarms(self, alarms: Sequence[kernel.Alarm]) -> None:
        def write() -> None:
            for alarm in alarms:
                seen = {
                    "observed": alarm.observed,
                    "threshold": alarm.threshold,
                    "message": alarm.message[:500],
                }
                Alarm.objects.get_or_create(
                    run=self.run, iteration=self.work.iteration, name=alarm.name, defaults=seen
                )

        self._transact(write)

    def _commit(self, chunk: kernel.Chunk, write: Callable[[], None]) -> None:
        """A chunk's rows, costs and mark in one transaction, the mark first: it is not committed a second time."""
        spent = self.meter.take()

        def whole() -> None:
            Chunk.objects.create(work=self.work, index=chunk.index, sequence=bump(self.run.pk))
            write()
            costs.add(self.work, spent)

        self._transact(whole, progress_at=Now(), attempts=1)

    def _transact(self, write: Callable[[], None], **changes: object) -> None:
        """Once more on a new connection where the old one died meanwhile; the fence holds for both tries."""
        try:
            self._fenced(write, changes)
        except (OperationalError, InterfaceError):
            connection.close()
            self._fenced(write, changes)

    def _fenced(self, write: Callable[[], None], changes: dict[str, object]) -> None:
        with transaction.atomic():
            works.fence(self.work, **changes)
            write()
