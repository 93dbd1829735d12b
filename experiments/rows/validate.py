"""From raw values to rows that can be stored: every fault is named with its row and field."""

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError

from experiments.alignment.errors import DataError
from experiments.alignment.foreign import admit_json
from experiments.alignment.verifiers import check_reference
from experiments.rows.errors import RowError
from experiments.rows.model import DatasetRow
from experiments.rows.shapes import ShapeError, to_row_shape

PLAIN_WORDS = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such field; put it into 'meta' or drop it",
}


def validate_rows(
    numbered: Iterable[tuple[int, dict[str, Any]]], verifier: str = "none"
) -> Iterator[DatasetRow]:
    """Yield one DatasetRow for each (number, values), every id filled in. Raises RowError at the first fault.

    `verifier` is the data set's: a row whose reference it could never use is a fault. Memory grows by the ids alone.
    """
    seen: dict[str, int] = {}
    for number, values in numbered:
        row = validate_row(number, values, verifier)
        first = seen.setdefault(row.id, number)
        if first != number:
            what = f"{row.id[:80]!r} is the id" if values.get("id") is not None else "this is the content"
            raise RowError(number, "id", f"{what} of row {first} too; every row needs its own.")
        yield row


def validate_row(number: int, values: dict[str, Any], verifier: str = "none") -> DatasetRow:
    """One row, its text admitted and its id filled in. Raises RowError."""
    try:
        shaped = to_row_shape(_present(values))
        row = DatasetRow.model_validate(_admit(number, shaped))
        check_reference(verifier, row.reference())
    except ShapeError as error:
        raise RowError(number, error.field, f"{error.message}.") from error
    except ValidationError as error:
        raise _first_fault(number, error) from error
    except DataError as error:
        if isinstance(error, RowError):
            raise
        raise RowError(number, error.field, error.message) from error
    return row if row.id else row.model_copy(update={"id": row.content_hash()})


def _present(values: dict[str, Any]) -> dict[str, Any]:
    """Without nulls: Parquet and many exports write every column in every row. Numbers as ids become text."""
    present = {name: value for name, value in values.items() if value is not None}
    if isinstance(present.get("id"), int) and not isinstance(present["id"], bool):
        present["id"] = str(present["id"])
    return present


def _admit(number: int, values: dict[str, Any]) -> dict[str, Any]:
    admitted = {}
    for name, value in values.items():
        try:
            admitted[name] = admit_json(value)
        except ValueError as error:
            raise RowError(number, name, f"{error}; leave it out when it is unknown.") from error
    return admitted


def _first_fault(number: int, error: ValidationError) -> RowError:
    first = error.errors(include_url=False, include_input=False)[0]
    field = str(first["loc"][0]) if first["loc"] else None
    message = PLAIN_WORDS.get(first["type"], first["msg"].removeprefix("Value error, "))
    return RowError(number, field, message.rstrip(".") + ".")
