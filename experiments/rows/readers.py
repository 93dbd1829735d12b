"""Streaming readers: a file becomes (row number, values by column) without ever lying in memory as a whole.

Row numbers count data rows from 1. JSONL counts lines, so that the number leads to the line in an editor.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from experiments.rows.errors import RowError

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

ROW_BYTES = 1 << 20
BATCH_ROWS = 256
GROUP_BYTES = 256 << 20
Values = dict[str, Any]


def read_rows(
    path: Path, filename: str, mapping: Mapping[str, str] | None = None
) -> Iterator[tuple[int, Values]]:
    """Yield (number, values) of a `.jsonl`, `.csv` or `.parquet` file; the uploaded `filename` decides which.

    `mapping` says field → column for columns under another name; a mapped column missing from a row is an error.
    Raises RowError for an unknown or empty file, a row over 1 MB, bytes that are not UTF-8, malformed JSON or CSV.
    """
    suffix = Path(filename).suffix.lower()
    if suffix not in READERS:
        raise RowError(0, None, f"{filename!r} is no data set file; name it .jsonl, .csv or .parquet.")
    empty = True
    for number, values in READERS[suffix](path):
        empty = False
        yield number, _rename(number, values, mapping or {})
    if empty:
        raise RowError(0, None, f"{filename!r} holds no rows.")


def _rename(number: int, values: Values, mapping: Mapping[str, str]) -> Values:
    renamed = {name: value for name, value in values.items() if name not in mapping.values()}
    for field, column in mapping.items():
        if column not in values:
            raise RowError(
                number, field, f"there is no column {column!r}; the columns are {', '.join(values)}."
            )
        renamed[field] = values[column]
    return renamed


def _lines(file: BinaryIO) -> Iterator[tuple[int, str]]:
    """Decode one limited line after the other; a byte-order mark and CR LF are taken off."""
    number = 0
    while line := file.readline(ROW_BYTES + 1):
        number += 1
        if len(line) > ROW_BYTES:
            raise RowError(
                number, None, f"the line is longer than {ROW_BYTES:,} bytes; shorten it or split it."
            )
        yield number, _decode(number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)


def _decode(number: int, line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        bad = line[error.start]
        message = f"byte {error.start + 1} of the line (0x{bad:02x}) is not UTF-8; save the file as UTF-8."
        raise RowError(number, None, message) from error


def _read_jsonl(path: Path) -> Iterator[tuple[int, Values]]:
    with path.open("rb") as file:
        for number, line in _lines(file):
            if line.strip():
                yield number, _parse_json(number, line)


def _parse_json(number: int, line: str) -> Values:
    def refuse_constant(name: str) -> NoReturn:
        raise RowError(
            number, None, f"{name} is not a number that can be kept; use null for an unknown value."
        )

    def refuse_repeats(pairs: list[tuple[str, Any]]) -> Values:
        values = dict(pairs)
        if len(values) < len(pairs):
            raise RowError(number, None, "a key stands twice in the same object.")
        return values

    try:
        values = json.loads(line, parse_constant=refuse_constant, object_pairs_hook=refuse_repeats)
    except json.JSONDecodeError as error:
        raise RowError(
            number, None, f"no valid JSON at character {error.pos + 1} ({error.msg.lower()})."
        ) from error
    except (ValueError, RecursionError) as error:
        raise RowError(number, None, "the JSON is nested too deeply or holds too long a number.") from error
    if not isinstance(values, dict):
        raise RowError(number, None, "a row must be a JSON object with named fields.")
    return values


def _read_csv(path: Path) -> Iterator[tuple[int, Values]]:
    with path.open("rb") as file:
        csv.field_size_limit(ROW_BYTES)
        reader = csv.reader((line for _, line in _lines(file)), strict=True)
        header = _next_record(reader, 0)
        if header is None:
            return
        _check_header(header)
        number = 0
        while (record := _next_record(reader, number + 1)) is not None:
            if record:
                number += 1
                yield number, _named(number, header, record)


def _next_record(reader: Any, number: int) -> list[str] | None:
    """The next cells. A fault inside is told by the data row's number: records may span lines."""
    try:
        return next(reader, None)
    except RowError as error:
        raise RowError(number, None, error.detail) from error
    except csv.Error as error:
        raise RowError(number, None, f"no valid CSV near line {reader.line_num} ({error}).") from error


def _check_header(header: list[str]) -> None:
    if len(set(header)) < len(header) or not all(name.strip() for name in header):
        raise RowError(0, None, "The first line must name every column, each once.")


def _named(number: int, header: list[str], record: list[str]) -> Values:
    """Cells by column; an empty cell is an absent value, and structured cells are JSON text."""
    if len(record) != len(header):
        raise RowError(number, None, f"{len(record)} cells where the header names {len(header)} columns.")
    return {name: cell for name, cell in zip(header, record, strict=True) if cell != ""}


def _read_parquet(path: Path) -> Iterator[tuple[int, Values]]:
    # Here, because pages import this module and pyarrow takes 50 MB.
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    number = 0
    try:
        with ParquetFile(path) as file:
            _check_groups(file)
            for batch in file.iter_batches(batch_size=BATCH_ROWS):
                for values in batch.to_pylist():
                    number += 1
                    _check_size(number, values)
                    yield number, values
    except (ArrowException, OSError, UnicodeDecodeError) as error:
        raise RowError(number + 1 if number else 0, None, "The file cannot be read as Parquet.") from error


def _check_size(number: int, values: Values) -> None:
    if len(json.dumps(values, default=str)) > ROW_BYTES:
        raise RowError(number, None, f"the row holds more than {ROW_BYTES:,} bytes; shorten it or split it.")


def _check_groups(file: "ParquetFile") -> None:
    """A row group is decompressed as one: its declared size is looked at before it is."""
    for index in range(file.metadata.num_row_groups):
        if file.metadata.row_group(index).total_byte_size > GROUP_BYTES:
            raise RowError(
                0, None, f"A row group holds more than {GROUP_BYTES >> 20} MB; write smaller row groups."
            )


READERS = {".jsonl": _read_jsonl, ".ndjson": _read_jsonl, ".csv": _read_csv, ".parquet": _read_parquet}
