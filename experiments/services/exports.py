"""Taking samples and checkpoints out of a run: written beside their place and renamed when whole."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from experiments.alignment.errors import ConfigError, DataError, InfrastructureError
from experiments.models import Run
from experiments.services import export_rows as rows_of
from experiments.services.checkpoint_export import FORMS, Wanted, write_checkpoint
from experiments.services.dataset_card import Tally, dataset_card
from experiments.services.export_rows import Record

ROWS_A_GROUP = 1_000
PIECE = 1 << 20
CARD = ".card.md"
"""What the card beside a file of samples adds to its name."""
MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
SIGNALS = pa.list_(
    pa.struct(
        [
            ("kind", pa.string()),
            ("source", pa.string()),
            ("candidates", pa.list_(pa.int64())),
            ("value", pa.float64()),
        ]
    )
)
COLUMN_TYPES = {
    **dict.fromkeys(("prompt", "chosen", "rejected", "completion", "messages"), MESSAGES),
    **dict.fromkeys(("p_chosen", "weight"), pa.float64()),
    **dict.fromkeys(("run", "recipe_version", "iteration", "trace"), pa.int64()),
    **dict.fromkeys(("tests", "hidden_tests", "completions"), pa.list_(pa.string())),
    "label": pa.bool_(),
    "labels": pa.list_(pa.bool_()),
    "label_values": pa.list_(pa.float64()),
    "candidates": pa.list_(pa.int64()),
    "signals": SIGNALS,
}
"""Columns that are not text."""
SAMPLES: dict[str, Callable[[Run, str], Iterator[Record]]] = {
    "pairs": rows_of.pair_rows,
    "demonstrations": rows_of.demonstration_rows,
    "conversations": rows_of.conversation_rows,
    "unpaired": rows_of.unpaired_rows,
    "steps": rows_of.step_rows,
    "prompts": rows_of.prompt_rows,
}
WHAT = (*SAMPLES, "checkpoint")
FORMATS = ("jsonl", "parquet")


@dataclass(frozen=True)
class Exported:
    """What was written where: rows of a file, or adapters that a directory holds or has merged; and its card."""

    path: Path
    count: int
    card: Path


def export(
    run: Run,
    what: str,
    to: Path,
    file_format: str = "jsonl",
    *,
    form: str = "adapter",
    role: str = "",
    iteration: int | None = None,
) -> Exported:
    """Writes one kind of thing to `to`, which must not exist yet; its folder must.

    Samples are those that teach `role`, by default all but the control's. Of a checkpoint, `form` says whether it is
    written as adapters or merged into the model, `role` whose (the policy's), `iteration` which (the last).

    Raises ConfigError for a bad request, DataError when the run has nothing of the kind, ModelError for a checkpoint
    that cannot be merged, InfrastructureError when the disk refuses. Nothing is then at `to`.
    """
    if what not in WHAT or file_format not in FORMATS:
        raise ConfigError(f"Export one of {', '.join(WHAT)} as one of {', '.join(FORMATS)}.", "what")
    if form not in FORMS:
        raise ConfigError(f"A checkpoint is written as one of {', '.join(FORMS)}.", "form")
    for path in [to] if what == "checkpoint" else [to, _card(to)]:
        if path.exists():
            raise ConfigError(f"{path} exists already; name a path that does not.", "to")
    if not to.parent.is_dir():
        raise ConfigError(f"{to.parent} is not a folder; create it first.", "to")
    try:
        if what == "checkpoint":
            count = write_checkpoint(run, Wanted(form, role or "policy", iteration), to, _beside(to))
            return Exported(to, count, to / "README.md")
        return _samples(run, what, to, file_format, role)
    except OSError as error:
        raise InfrastructureError(f"{to} cannot be written: {error.strerror or error}.") from error


def _samples(run: Run, what: str, to: Path, file_format: str, role: str) -> Exported:
    draft, card, tally = _beside(to), _card(to), Tally()
    try:
        write = _write_jsonl if file_format == "jsonl" else _write_parquet
        write(tally.count(SAMPLES[what](run, role)), draft, what)
        if not tally.rows:
            raise DataError(_nothing(run, what, role), "what")
        text = dataset_card(run, what, to.name, sha256_of(draft), tally)
        _beside(card).write_text(text, encoding="utf-8")
        os.replace(_beside(card), card)
        os.replace(draft, to)
    except BaseException:
        card.unlink(missing_ok=True)
        raise
    finally:
        _beside(card).unlink(missing_ok=True)
        draft.unlink(missing_ok=True)
    return Exported(to, tally.rows, card)


def _nothing(run: Run, what: str, role: str) -> str:
    whom = f" that teach the role {role}" if role else ""
    return f"Run {run.pk} ({run.recipe}) has no {what} from train prompts{whom}; nothing was written."


def _card(to: Path) -> Path:
    return to.with_name(f"{to.name}{CARD}")


def _beside(to: Path) -> Path:
    return to.with_name(f".{to.name}.{os.getpid()}.partial")


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes in hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def as_line(row: Record) -> str:
    """A row as a line of JSON."""
    return json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n"


def _write_jsonl(rows: Iterator[Record], path: Path, what: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(map(as_line, rows))
        file.flush()
        os.fsync(file.fileno())


def _write_parquet(rows: Iterator[Record], path: Path, what: str) -> None:
    """Row groups of a fixed size, so that an export of any size fits in memory."""
    group = list(islice(rows, ROWS_A_GROUP))
    if not group:
        return
    types = COLUMN_TYPES | ({"prompt": pa.string()} if what == "steps" else {})
    schema = pa.schema([(name, types.get(name, pa.string())) for name in group[0]])
    with pq.ParquetWriter(path, schema) as writer:
        while group:
            writer.write_table(pa.Table.from_pylist(group, schema=schema))
            group = list(islice(rows, ROWS_A_GROUP))
    with path.open("rb") as file:
        os.fsync(file.fileno())
