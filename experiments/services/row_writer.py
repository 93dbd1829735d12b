"""Writes the rows of one version in batches, each its own short transaction, unseen before the end."""

import hashlib
import json
from dataclasses import dataclass, field, fields
from typing import Any

from django.db import transaction

from experiments.alignment.types import Reference
from experiments.models import DatasetVersion, GoldReference, Row
from experiments.rows import SPLITS, DatasetRow

BATCH = 500
LONGEST_TITLE = 200


@dataclass
class RowWriter:
    """Counts, hashes and writes rows. The references of gold rows go behind the wall."""

    version: DatasetVersion
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SPLITS, 0))
    longest_bytes: int = 0
    written: int = 0
    _digest: Any = field(default_factory=hashlib.sha256)
    _batch: list[tuple[Row, dict[str, Any]]] = field(default_factory=list)

    def add(self, row: DatasetRow) -> None:
        """One row, whose split is settled, at the next position."""
        split, messages, reference = str(row.split), row.messages(), stored_reference(row)
        content = [row.id, split, messages, reference, row.meta]
        self._digest.update(json.dumps(content, sort_keys=True).encode() + b"\n")
        self.counts[split] += 1
        self.longest_bytes = max(self.longest_bytes, _bytes(messages))
        made = Row(
            version=self.version,
            position=self.written + len(self._batch),
            key=row.id,
            split=split,
            title=_title(messages),
            messages=messages,
            reference={} if split == "gold" else reference,
            meta=row.meta,
        )
        self._batch.append((made, reference))
        if len(self._batch) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Writes what is left of the batch."""
        with transaction.atomic():
            rows = Row.objects.bulk_create([row for row, _ in self._batch])
            gold = [(row, reference) for row, reference in self._batch if row.split == "gold"]
            GoldReference.objects.bulk_create(
                [GoldReference(row=row, reference=reference) for row, reference in gold]
            )
            self.written += len(rows)
            DatasetVersion.objects.filter(pk=self.version.pk).update(rows_done=self.written)
        self._batch = []

    @property
    def sha256(self) -> str:
        """Over every row so far: id, split, messages, reference and meta, in order."""
        return str(self._digest.hexdigest())


def stored_reference(row: DatasetRow) -> dict[str, Any]:
    """What a row's reference says, absent parts left out."""
    said = {field.name: getattr(row, field.name) for field in fields(Reference)}
    return {
        name: list(part) if isinstance(part, tuple) else part
        for name, part in said.items()
        if part not in (None, (), {})
    }


def _title(messages: list[dict[str, str]]) -> str:
    return " ".join(messages[-1]["content"][:1000].split())[:LONGEST_TITLE]


def _bytes(messages: list[dict[str, str]]) -> int:
    return len("\n".join(message["content"] for message in messages).encode())
