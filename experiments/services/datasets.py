"""Data sets come in: all rows of a file or none, under a version that nobody sees before it is whole."""

import logging
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import Max

from experiments import queue
from experiments.alignment.errors import ConfigError, DataError, PlumblineError
from experiments.models import Dataset, DatasetVersion, Preparation, Project
from experiments.services.dataset_import import check_first_rows, read_in, remove_rows
from experiments.services.import_options import ImportOptions
from experiments.services.locks import only_one
from experiments.services.names import check_name
from experiments.uploads import uploads_folder

log = logging.getLogger(__name__)
UNEXPECTED = "The import failed unexpectedly; the worker's log says why."
About = dict[str, str]


def start_import(
    name: str, upload: str, file_name: str, options: ImportOptions, about: About | None = None
) -> DatasetVersion:
    """Makes a version that is being prepared and rings for a light worker.

    `upload` is a file's name in the uploads folder; `about` may hold title, licence and source.
    Raises ConfigError or DataError, and then nothing was written and the upload is gone.
    """
    path = uploads_folder() / Path(upload).name
    try:
        check_name(name)
        options.check()
        check_first_rows(path, file_name, options)
        with transaction.atomic():
            version = _new_version(name, file_name, options, about or {}, upload)
            queue.send("tasks.jobs.import_dataset", version.pk, queue=queue.LIGHT)
    except PlumblineError:
        path.unlink(missing_ok=True)
        raise
    return version


def import_file(name: str, path: Path, options: ImportOptions, about: About | None = None) -> DatasetVersion:
    """Reads a file in, here and now. Raises PlumblineError, and then nothing was kept."""
    check_name(name)
    options.check()
    if not path.is_file():
        raise DataError(f"{path} is not a file: name a JSONL, CSV or Parquet file.", field="file")
    check_first_rows(path, path.name, options)
    version = _new_version(name, path.name, options, about or {}, "")
    try:
        read_in(version, path)
    except BaseException:
        _forget(version)
        raise
    version.refresh_from_db()
    return version


def _new_version(
    name: str, file_name: str, options: ImportOptions, about: About, upload: str
) -> DatasetVersion:
    known = {key: value for key, value in about.items() if value}
    dataset, made = Dataset.objects.get_or_create(name=name, defaults={"project": Project.default(), **known})
    if known and not made:
        Dataset.objects.filter(pk=dataset.pk).update(**known)
    last = dataset.versions.aggregate(last=Max("number"))["last"] or 0
    try:
        with transaction.atomic():
            return DatasetVersion.objects.create(
                dataset=dataset,
                number=last + 1,
                verifier=options.verifier,
                file_name=file_name[:200],
                upload=upload,
                options=options.model_dump(),
            )
    except IntegrityError:
        raise ConfigError(f"Another import of {name} began just now: try again.", field="name") from None


def _forget(version: DatasetVersion) -> None:
    remove_rows(version)
    dataset = version.dataset
    version.delete()
    if not dataset.versions.exists():
        dataset.delete()


def run_import(version_id: int) -> None:
    """The light worker's part. A second call meanwhile does nothing; one after a crash begins again."""
    with only_one(f"dataset-{version_id}") as mine:
        waiting = DatasetVersion.objects.filter(pk=version_id, status=Preparation.PREPARING).exclude(
            upload=""
        )
        version = waiting.select_related("dataset").first()
        if not mine or version is None:
            return
        upload = uploads_folder() / Path(version.upload).name
        try:
            read_in(version, upload)
        except PlumblineError as error:
            _fail(version, error.message)
        except Exception:
            log.exception("Import of data set version %s failed", version_id)
            _fail(version, UNEXPECTED)
        upload.unlink(missing_ok=True)


def _fail(version: DatasetVersion, sentence: str) -> None:
    remove_rows(version)
    DatasetVersion.objects.filter(pk=version.pk).update(
        status=Preparation.FAILED, error=sentence, rows_done=0
    )


def unfinished_imports() -> list[int]:
    """Versions that wait for a worker: the clock rings for them; a running import ignores the bell."""
    waiting = DatasetVersion.objects.filter(status=Preparation.PREPARING).exclude(upload="")
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:100])
