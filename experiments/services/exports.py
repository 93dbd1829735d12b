"""Taking samples and checkpoints out of a run: written beside their place and renamed when whole."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.alignment.errors import ConfigError, DataError, InfrastructureError
from experiments.models import Run
from experiments.services import store
from experiments.services.export_rows import Record, checkpoint_chain, demonstration_rows, pair_rows
from experiments.services.model_card import model_card

ROWS_A_GROUP = 1_000
MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
TYPES = {
    "prompt": MESSAGES,
    "chosen": MESSAGES,
    "rejected": MESSAGES,
    "completion": MESSAGES,
    "p_chosen": pa.float64(),
    "weight": pa.float64(),
    "run": pa.int64(),
    "recipe_version": pa.int64(),
    "iteration": pa.int64(),
}
SAMPLES: dict[str, Callable[[Run], Iterator[Record]]] = {
    "pairs": pair_rows,
    "demonstrations": demonstration_rows,
}
WHAT = (*SAMPLES, "checkpoint")
FORMATS = ("jsonl", "parquet")


@dataclass(frozen=True)
class Exported:
    """What was written where: rows of a file, or adapters of a directory."""

    path: Path
    count: int


def export(run: Run, what: str, to: Path, file_format: str = "jsonl") -> Exported:
    """Writes one kind of thing to `to`, which must not exist yet; its folder must.

    Raises ConfigError for a bad request, DataError when the run has nothing of the kind, InfrastructureError
    when the disk refuses. `to` then does not exist.
    """
    if what not in WHAT or file_format not in FORMATS:
        raise ConfigError(f"Export one of {', '.join(WHAT)} as one of {', '.join(FORMATS)}.", "what")
    if to.exists():
        raise ConfigError(f"{to} exists already; name a path that does not.", "to")
    if not to.parent.is_dir():
        raise ConfigError(f"{to.parent} is not a folder; create it first.", "to")
    try:
        return _checkpoint(run, to) if what == "checkpoint" else _samples(run, what, to, file_format)
    except OSError as error:
        raise InfrastructureError(f"{to} cannot be written: {error.strerror or error}.") from error


def _samples(run: Run, what: str, to: Path, file_format: str) -> Exported:
    draft = _beside(to)
    try:
        write = _write_jsonl if file_format == "jsonl" else _write_parquet
        count = write(SAMPLES[what](run), draft)
        if not count:
            raise DataError(
                f"Run {run.pk} ({run.recipe}) has no {what} from train prompts; nothing was written.", "what"
            )
        os.replace(draft, to)
    finally:
        draft.unlink(missing_ok=True)
    return Exported(to, count)


def _beside(to: Path) -> Path:
    return to.with_name(f".{to.name}.{os.getpid()}.partial")


def _write_jsonl(rows: Iterator[Record], path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return count


def _write_parquet(rows: Iterator[Record], path: Path) -> int:
    """Row groups of a fixed size, so that an export of any size fits in memory."""
    first = list(islice(rows, ROWS_A_GROUP))
    if not first:
        return 0
    schema = pa.schema([(name, TYPES.get(name, pa.string())) for name in first[0]])
    count = 0
    with pq.ParquetWriter(path, schema) as writer:
        group = first
        while group:
            writer.write_table(pa.Table.from_pylist(group, schema=schema))
            count += len(group)
            group = list(islice(rows, ROWS_A_GROUP))
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return count


def _checkpoint(run: Run, to: Path) -> Exported:
    """The last checkpoint's adapter with a model card; where it rests on earlier ones, all, numbered."""
    adapters = checkpoint_chain(run)
    if not adapters:
        raise DataError(f"Run {run.pk} has no checkpoint yet; nothing was written.", "what")
    sources = [store.locate(adapter.directory) for adapter in adapters]
    for source, adapter in zip(sources, adapters, strict=True):
        if adapter.state != "present" or not source.is_dir():
            raise DataError(
                f"The checkpoint of iteration {adapter.iteration} is no longer on the disk.", "what"
            )
    draft = _beside(to)
    places = ["."] if len(adapters) == 1 else [f"adapter-{number}" for number in range(1, len(adapters) + 1)]
    try:
        for source, place in zip(sources, places, strict=True):
            shutil.copytree(source, draft / place, dirs_exist_ok=True)
        (draft / "README.md").write_text(model_card(run, adapters, places), encoding="utf-8")
        os.replace(draft, to)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Exported(to, len(adapters))
