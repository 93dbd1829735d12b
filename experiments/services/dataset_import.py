"""The work of an import: every row of a file is checked before the first is written."""

import itertools
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import OperationalError

from experiments.alignment.errors import DataError, InfrastructureError
from experiments.models import DatasetVersion, Preparation, Row
from experiments.rows import DatasetRow, assign_splits, read_rows, validate_rows
from experiments.services.import_options import ImportOptions
from experiments.services.row_writer import RowWriter
from experiments.services.splits import Splitter, earlier_splits

FIRST_ROWS = 200


def check_first_rows(path: Path, file_name: str, options: ImportOptions) -> None:
    """Looks at the beginning of a file, so that most faults are told at once. Raises RowError."""
    for _ in itertools.islice(_rows(path, file_name, options), FIRST_ROWS):
        pass


def read_in(version: DatasetVersion, path: Path) -> None:
    """Makes a version whole from a file. Raises PlumblineError; rows may be there then, which nobody sees."""
    options = ImportOptions.model_validate(version.options)
    remove_rows(version)
    splitter = Splitter(options.shares, options.seed, earlier_splits(version.dataset))
    for number, row in enumerate(_rows(path, version.file_name, options), 1):
        splitter.see(number, row)
    splitter.settle()
    writer = RowWriter(version)
    rows = _rows(path, version.file_name, options)
    settled = (row.model_copy(update={"split": splitter.split(row)}) for row in rows)
    try:
        for row in assign_splits(settled, options.shares, options.seed):
            writer.add(row)
        writer.flush()
    except OperationalError as error:
        raise InfrastructureError(
            f"The database did not take the rows ({error}): free space in {settings.DATA_DIR}."
        ) from error
    _make_ready(version, writer)


def _rows(path: Path, file_name: str, options: ImportOptions) -> Iterator[DatasetRow]:
    try:
        yield from validate_rows(read_rows(path, file_name, options.mapping), options.verifier)
    except OSError as error:
        raise DataError(f"{file_name} cannot be read ({error.strerror}).", field="file") from error


def _make_ready(version: DatasetVersion, writer: RowWriter) -> None:
    DatasetVersion.objects.filter(pk=version.pk, status=Preparation.PREPARING).update(
        status=Preparation.READY,
        error="",
        counts={**writer.counts, "longest_bytes": writer.longest_bytes},
        sha256=writer.sha256,
        rows_done=writer.written,
    )


def remove_rows(version: DatasetVersion) -> None:
    """Deletes a version's rows in short transactions."""
    while keys := list(Row.objects.filter(version=version).values_list("pk", flat=True)[:500]):
        Row.objects.filter(pk__in=keys).delete()
