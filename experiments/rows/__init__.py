"""Rows of a data set: reading files, validating rows, assigning splits. Knows no database."""

from experiments.rows.errors import RowError
from experiments.rows.model import ChatMessage, DatasetRow
from experiments.rows.readers import ROW_BYTES, read_rows
from experiments.rows.splits import DEFAULT_SHARES, SPLITS, assign_splits, check_shares, split_of
from experiments.rows.validate import validate_row, validate_rows

__all__ = [
    "DEFAULT_SHARES",
    "ROW_BYTES",
    "SPLITS",
    "ChatMessage",
    "DatasetRow",
    "RowError",
    "assign_splits",
    "check_shares",
    "read_rows",
    "split_of",
    "validate_row",
    "validate_rows",
]
