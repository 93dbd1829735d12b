"""Rows for tests of pages, services and commands: plain functions, each with working defaults.

`make_run()` gives a whole succeeded run: iteration 0 (the base model) and one trained round, with train,
probe and gold traces, a verifier's and a judge's signals, pairs with reasons, metrics, checkpoint and events.
"""

from __future__ import annotations

import hashlib
import itertools
from datetime import timedelta
from typing import Any

from django.utils import timezone

from experiments import models as m
from experiments.models.states import Preparation, RunStatus, WorkStatus
from tests.support.trace_factories import (
    make_answer,
    make_candidate,
    make_review,
    make_round,
    make_selection,
    make_signal,
    make_trace,
    make_traces,
    recount,
)

__all__ = [
    "make_alarm",
    "make_answer",
    "make_candidate",
    "make_checkpoint",
    "make_dataset",
    "make_event",
    "make_iteration",
    "make_metric",
    "make_model",
    "make_review",
    "make_round",
    "make_row",
    "make_run",
    "make_schedule",
    "make_selection",
    "make_signal",
    "make_trace",
    "make_traces",
    "make_user",
    "recount",
    "sha",
]

_numbers = itertools.count(1)


def sha(text: str) -> str:
    """A hash that looks like one: the SHA-256 of the text."""
    return hashlib.sha256(text.encode()).hexdigest()


def make_user(
    role: str = "researcher", email: str = "", password: str | None = None, **fields: Any
) -> m.User:
    """A member with this role; without a password they are signed in with `client.force_login`."""
    return m.User.objects.create_user(
        email or f"{role}{next(_numbers)}@example.org", password, role=role, **fields
    )


def make_model(name: str = "", **fields: Any) -> m.LanguageModel:
    """A registered model that is ready; its directory is not on the disk."""
    name = name or f"model-{next(_numbers)}"
    known = {
        "kind": "local",
        "status": Preparation.READY,
        "sha256": sha(name),
        "directory": f"models/{sha(name)}",
        "source": "hub:team/base",
        "licence": "Apache-2.0",
        "architecture": "LlamaForCausalLM",
        "parameters": 1_000_000,
        "context_tokens": 512,
        "size_bytes": 2_000_000,
    }
    return m.LanguageModel.objects.create(project=m.Project.default(), name=name, **(known | fields))


def make_dataset(
    name: str = "", *, train: int = 3, probe: int = 2, gold: int = 2, verifier: str = "rule", **fields: Any
) -> m.DatasetVersion:
    """Version 1 of a data set with so many rows a split; gold references stand in their own table."""
    name = name or f"dataset-{next(_numbers)}"
    dataset = m.Dataset.objects.create(
        project=m.Project.default(), name=name, title=name.capitalize(), licence="CC0"
    )
    counts = {"train": train, "probe": probe, "gold": gold}
    version = m.DatasetVersion.objects.create(
        dataset=dataset,
        number=1,
        sha256=sha(name),
        verifier=verifier,
        counts=counts,
        rows_done=sum(counts.values()),
        **({"status": Preparation.READY} | fields),
    )
    for split, count in counts.items():
        for _ in range(count):
            make_row(version, split)
    return version


def make_row(version: m.DatasetVersion, split: str = "train", prompt: str = "", **fields: Any) -> m.Row:
    """The next row of a version."""
    position = version.rows.count()
    prompt = prompt or f"Write sentence {position} of {version.dataset.name}. No comma."
    reference = {"rule": "no-comma"}
    row = m.Row.objects.create(
        version=version,
        position=position,
        split=split,
        title=prompt[:200],
        messages=[{"role": "user", "content": prompt}],
        **({"key": f"row-{position}", "reference": {} if split == "gold" else reference} | fields),
    )
    if split == "gold":
        m.GoldReference.objects.create(row=row, reference=reference)
    return row


def make_run(
    owner: m.User | None = None,
    *,
    status: str = RunStatus.SUCCEEDED,
    iterations: int = 2,
    version: m.DatasetVersion | None = None,
    model: m.LanguageModel | None = None,
    traces: bool = True,
    **fields: Any,
) -> m.Run:
    """A run with `iterations` finished rounds, the base model's included; `traces=False` leaves it bare."""
    version = version or make_dataset()
    now = timezone.now()
    known = {
        "name": f"Run {next(_numbers)}",
        "recipe": "self-rewarding",
        "config": {"iterations": max(1, iterations - 1)},
        "dataset_sha256": version.sha256,
        "created_by": owner,
        "device": "cpu",
        "dtype": "float32",
        "threads": 2,
        "code_commit": "0" * 40,
    }
    if status != RunStatus.QUEUED and status != RunStatus.SCHEDULED:
        known["started_at"] = now - timedelta(minutes=10)
    if status in m.states.ENDED:
        known["ended_at"] = now - timedelta(minutes=1)
    run = m.Run.objects.create(
        project=m.Project.default(), status=status, dataset_version=version, **(known | fields)
    )
    m.RunModel.objects.create(run=run, role="policy", model=model or make_model())
    make_event(run, "", RunStatus.QUEUED, "launched", by=owner)
    if status != RunStatus.QUEUED:
        make_event(run, RunStatus.QUEUED, status, f"became {status}")
    for index in range(iterations):
        make_iteration(run, index, traces=traces)
    return run


def make_event(run: m.Run, before: str, after: str, why: str, by: m.User | None = None) -> m.RunEvent:
    """The next event of a run; the run's sequence moves along."""
    run.sequence += 1
    run.save(update_fields=["sequence"])
    return m.RunEvent.objects.create(
        run=run, sequence=run.sequence, before=before, after=after, why=why, by=by
    )


def make_iteration(run: m.Run, index: int, *, traces: bool = True, **fields: Any) -> m.Iteration:
    """One finished round with metrics, its checkpoint (from round 1) and, where asked, traces and counts."""
    now = timezone.now()
    known = {
        "status": WorkStatus.DONE,
        "samples": 6 if index else 0,
        "steps": 4 if index else 0,
        "order_sha256": sha(f"order {index}"),
        "seeds_sha256": sha(f"seeds {index}"),
        "started_at": now - timedelta(minutes=9 - index),
        "ended_at": now - timedelta(minutes=8 - index),
    }
    iteration = m.Iteration.objects.create(run=run, index=index, **(known | fields))
    for split, value in (("probe", 0.25), ("gold", 0.2)):
        make_metric(run, index, "accuracy", split, value + 0.2 * index)
        make_metric(run, index, "length_tokens", split, 12.0 - index, low=11.0, high=13.0)
    make_metric(run, index, "parse_failure_rate", "train", 0.1, n=20, n_unscored=2)
    if index:
        make_checkpoint(run, index)
    if traces:
        make_traces(iteration)
    return iteration


def make_metric(
    run: m.Run, iteration: int, name: str, split: str, value: float | None, **fields: Any
) -> m.Metric:
    """One estimate with an interval; the newest one also becomes what lists show."""
    ends = {"low": None, "high": None} if value is None else {"low": value - 0.1, "high": value + 0.1}
    metric = m.Metric.objects.create(
        run=run, iteration=iteration, name=name, split=split, value=value, **(ends | {"n": 100} | fields)
    )
    latest, _ = m.LatestMetric.objects.get_or_create(
        run=run, name=name, split=split, defaults={"iteration": iteration, "first": value}
    )
    latest.iteration, latest.value, latest.low, latest.high = iteration, metric.value, metric.low, metric.high
    latest.save()
    return metric


def make_checkpoint(run: m.Run, iteration: int, **fields: Any) -> m.Artefact:
    """The adapter that round made; nothing lies in its directory."""
    digest = sha(f"checkpoint {next(_numbers)}")
    parent = run.artefacts.filter(role="policy", iteration=iteration - 1).first()
    known = {
        "sha256": digest,
        "directory": f"artefacts/{digest}",
        "size_bytes": 1000,
        "steps": 4,
        "parent": parent,
    }
    return m.Artefact.objects.create(run=run, iteration=iteration, **(known | fields))


def make_alarm(run: m.Run, iteration: int = 1, name: str = "length", **fields: Any) -> m.Alarm:
    """A detector that fired."""
    known = {"observed": 2.0, "threshold": 1.5, "message": "Answers became twice as long."}
    return m.Alarm.objects.create(run=run, iteration=iteration, name=name, **(known | fields))


def make_schedule(owner: m.User | None = None, **fields: Any) -> m.Schedule:
    """A schedule that is due in an hour and then every six hours."""
    known = {
        "name": f"Schedule {next(_numbers)}",
        "kind": "every",
        "every_seconds": 6 * 3600,
        "next_at": timezone.now() + timedelta(hours=1),
        "launch": {"recipe": "rest-em", "model": "m", "dataset": "d"},
    }
    return m.Schedule.objects.create(project=m.Project.default(), created_by=owner, **(known | fields))
