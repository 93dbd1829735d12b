"""Runs on small data for tests of the loop: a data set of sums, a scripted or a tiny model, real workers."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from experiments import models as m
from experiments.services.launch import LaunchRequest, launch
from experiments.services.library import register_local_model, register_scripted_model
from experiments.services.traces import trace_documents
from experiments.supervision import commands
from tests.support.tiny_model import build_tiny_model

SPLITS = {"train": 12, "probe": 6, "gold": 8}
SMALL = {"iterations": 1, "prompts": 12, "max_tokens": 6, "chunk_prompts": 3, "operator_prompts": 3}
NOISE_TOKENS = 32
"""Bytes of noise that mostly hold three different words, as every format rule asks."""


def make_sums(name: str = "sums", verifier: str = "number") -> m.DatasetVersion:
    """A ready data set of small sums, with gold references behind the wall.

    With the verifier `rule` the answer must have no comma, which even noise of `NOISE_TOKENS` can satisfy.
    """
    dataset = m.Dataset.objects.create(project=m.Project.default(), name=name)
    version = m.DatasetVersion.objects.create(
        dataset=dataset, number=1, status="ready", sha256=name, verifier=verifier, counts=SPLITS
    )
    splits = [split for split, count in SPLITS.items() for _ in range(count)]
    rows = m.Row.objects.bulk_create(_row(version, position, split) for position, split in enumerate(splits))
    m.GoldReference.objects.bulk_create(
        m.GoldReference(row=row, reference=_reference(version, row.position))
        for row in rows
        if row.split == "gold"
    )
    return version


def _row(version: m.DatasetVersion, position: int, split: str) -> m.Row:
    question = f"What is {position} + 1?"
    return m.Row(
        version=version,
        position=position,
        key=f"sum-{position}",
        split=split,
        title=question,
        messages=[{"role": "user", "content": question}],
        reference={} if split == "gold" else _reference(version, position),
    )


def _reference(version: m.DatasetVersion, position: int) -> dict[str, Any]:
    return {"rule": "no-comma"} if version.verifier == "rule" else {"answer": position + 1}


def make_scripted(name: str = "scripted", **script: float) -> m.LanguageModel:
    """A registered scripted model."""
    return register_scripted_model(name, {"skill": 0.5, **script})


def make_tiny(directory: Path, name: str = "tiny") -> m.LanguageModel:
    """A registered tiny random model."""
    return register_local_model(name, build_tiny_model(directory / name))


def start(recipe: str, model: m.LanguageModel, version: m.DatasetVersion, **settings: Any) -> m.Run:
    """A launched run with small settings."""
    request = LaunchRequest(
        recipe=recipe, model=model.name, dataset=version.dataset.name, settings={**SMALL, **settings}
    )
    return launch(request, None)


def content(run: m.Run) -> list[Any]:
    """Everything a run recorded that must not depend on how often it was interrupted: row ids left out."""
    documents = [{**document, "trace": None} for document in trace_documents(run)]
    for document in documents:
        document["signals"] = [{**signal, "id": None} for signal in document["signals"]]
    return sorted(documents, key=lambda d: (d["iteration"], d["part"], d["position"]))


def figures(run: m.Run) -> list[tuple[Any, ...]]:
    """Metrics, the digests of order, seeds and steps, and what was spent, seconds aside."""
    metrics = m.Metric.objects.filter(run=run).order_by("iteration", "name", "split")
    rounds = run.iterations.values_list("index", "order_sha256", "seeds_sha256", "steps", "kept", "traces")
    return [
        *metrics.values_list("iteration", "name", "split", "value", "low", "high", "n"),
        *rounds,
        *costs(run),
    ]


def costs(run: m.Run) -> list[tuple[Any, ...]]:
    """What a run spent by place: tokens, labels and answers, but no seconds."""
    places = ("iteration", "phase", "stage", "purpose")
    amounts = ("tokens_generated", "tokens_read", "tokens_trained", "labels", "bought", "money")
    return list(run.costs.order_by(*places).values_list(*places, *amounts))


@contextmanager
def worker(
    environment: dict[str, str], queue: str = "loops", folder: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A real Celery worker in its own process group, of the code in `folder`; killed with all its children on the way
    out.
    """
    process = subprocess.Popen(commands.worker(queue), env=environment, start_new_session=True, cwd=folder)
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """`kill -9` of a worker and its pool."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def expire_leases() -> None:
    """What half a minute of silence does: leases of lost workers run out."""
    m.Work.objects.filter(status="running").update(lease_until="2000-01-01T00:00:00Z")
