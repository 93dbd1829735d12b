"""A file's rows in the shape in which they are kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.rows.model import DatasetRow
from experiments.rows.readers import read_rows
from experiments.rows.validate import RowValidator

TITLE_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class LoadedRow:
    """`key` is the id, `where` names the row in the file; `reference` is JSON and holds what a gold row hides."""

    key: str
    title: str
    messages: list[dict[str, str]]
    split: str | None
    reference: dict[str, Any]
    meta: dict[str, Any]
    where: str


def load_rows(path: Path, filename: str, verifier: str, mapping: Mapping[str, str]) -> Iterator[LoadedRow]:
    """Yield every row of a file, read and validated; memory grows by the ids alone. Raises RowError at a fault."""
    validator = RowValidator(verifier)
    for number, values in read_rows(path, filename, mapping):
        yield loaded(validator.check(number, values), f"Row {number}")


def loaded(row: DatasetRow, where: str) -> LoadedRow:
    """The stored shape of a validated row."""
    messages = row.messages()
    title = " ".join(messages[-1]["content"].split())[:TITLE_CHARACTERS]
    return LoadedRow(row.id, title, messages, row.split, row.hidden(), row.meta, where)
