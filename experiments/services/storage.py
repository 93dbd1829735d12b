"""What runs keep on disk: archive, restore and delete their checkpoints, and sweep what no row names."""

import os
import shutil
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet, Sum

from experiments.alignment.errors import ConfigError, InfrastructureError
from experiments.models import Artefact, ArtefactUse, DatasetVersion, LanguageModel, Preparation, Run, User
from experiments.models.states import ENDED
from experiments.services import store
from experiments.services.locks import only_one
from experiments.uploads import uploads_folder

PRESENT, ARCHIVED, DELETED = Artefact.State.PRESENT, Artefact.State.ARCHIVED, Artefact.State.DELETED
LEFT_OVER_AFTER = 24 * 3600


def with_disk_use(runs: QuerySet[Run]) -> QuerySet[Run]:
    """Runs that keep something, with `kept_bytes`, `n_present` and `n_archived` of their checkpoints."""
    return runs.annotate(
        kept_bytes=Sum("artefacts__size_bytes", filter=~Q(artefacts__state=DELETED)),
        n_present=Count("artefacts", filter=Q(artefacts__state=PRESENT)),
        n_archived=Count("artefacts", filter=Q(artefacts__state=ARCHIVED)),
    ).filter(kept_bytes__gt=0)


def users_of(run: Run) -> list[Run]:
    """Other runs that took an artefact of this one."""
    return list(Run.objects.filter(uses__artefact__run=run).exclude(pk=run.pk).distinct().order_by("pk"))


def archive_checkpoints(run: Run, by: User | None) -> int:
    """Packs the run's checkpoints, one file each, and frees their place in the store. Returns how many.

    Raises ConfigError while the run or one that uses it is not over; InfrastructureError for a full disk.
    """
    _refuse_while_needed(run, [other for other in users_of(run) if not other.ended])
    artefacts = list(run.artefacts.filter(state=PRESENT))
    for artefact in artefacts:
        _pack(artefact)
        _set_state(artefact, PRESENT, ARCHIVED)
        _free(artefact.directory)
    _note(run, "archived", artefacts, by)
    return len(artefacts)


def restore_checkpoints(run: Run, by: User | None) -> int:
    """Unpacks the run's archived checkpoints. Returns how many. Raises InfrastructureError."""
    artefacts = list(run.artefacts.filter(state=ARCHIVED))
    for artefact in artefacts:
        _unpack(artefact)
        _set_state(artefact, ARCHIVED, PRESENT)
        _free_archive(artefact)
    _note(run, "restored", artefacts, by)
    return len(artefacts)


def delete_checkpoints(run: Run, by: User | None) -> int:
    """Deletes the run's checkpoints for good; its traces and metrics stay. Returns how many.

    Raises ConfigError while the run is not over or any other run uses one of them.
    """
    _refuse_while_needed(run, users_of(run))
    used = ArtefactUse.objects.exclude(run=run).values("artefact")
    gone = list(run.artefacts.exclude(state=DELETED).exclude(pk__in=used))
    # The condition again: a run that was launched meanwhile may use one by now.
    run.artefacts.filter(pk__in=[artefact.pk for artefact in gone]).exclude(pk__in=used).update(state=DELETED)
    gone = list(run.artefacts.filter(pk__in=[artefact.pk for artefact in gone], state=DELETED))
    for artefact in gone:
        _free(artefact.directory)
        _free_archive(artefact)
    _note(run, "deleted", gone, by)
    return len(gone)


def _refuse_while_needed(run: Run, others: list[Run]) -> None:
    run.refresh_from_db(fields=["status"])
    if run.status not in ENDED:
        raise ConfigError(
            f"Run {run.pk} is {run.status} and needs its checkpoints: cancel it or wait for its end.",
            field="run",
        )
    if others:
        names = ", ".join(f"run {other.pk} ({other.name})" for other in others[:5])
        raise ConfigError(
            f"The checkpoints of run {run.pk} are needed by {names}: delete that first.", field="run"
        )


def _set_state(artefact: Artefact, before: str, after: str) -> None:
    Artefact.objects.filter(pk=artefact.pk, state=before).update(state=after)


def _note(run: Run, what: str, artefacts: list[Artefact], by: User | None) -> None:
    if artefacts:
        run.note(f"{len(artefacts)} checkpoint{'s' if len(artefacts) > 1 else ''} {what}", by)


def archive_file(artefact: Artefact) -> Path:
    """Where the packed checkpoint lies."""
    folder = Path(settings.DATA_DIR) / "archive"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{artefact.kind}-{artefact.pk}.tar.gz"


def _pack(artefact: Artefact) -> None:
    target = archive_file(artefact)
    beside = target.with_suffix(".part")
    source = store.locate(artefact.directory)
    if not source.is_dir():
        raise InfrastructureError(
            f"The checkpoint of iteration {artefact.iteration} is not in the store; nothing to archive."
        )
    try:
        with tarfile.open(beside, "w:gz", compresslevel=6) as packed:
            packed.add(source, arcname=".")
        _make_durable(beside)
        beside.replace(target)
        store.sync(target.parent)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InfrastructureError(
            f"The checkpoint could not be packed ({error.strerror}): free space in DATA_DIR."
        ) from error


def _make_durable(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _unpack(artefact: Artefact) -> None:
    target = store.locate(artefact.directory)
    if store.freshen(target):
        return
    beside = target.with_name(f"{store.INCOMING}{target.name}")
    shutil.rmtree(beside, ignore_errors=True)
    whole = beside / "content"
    try:
        with tarfile.open(archive_file(artefact), "r:gz") as packed:
            whole.mkdir(parents=True)
            packed.extractall(whole, filter="data")
        # Its times are the archive's, and so old that a sweep could take it before its row says that it is here.
        store.freshen(whole)
        whole.rename(target)
        store.sync(target.parent)
    except (OSError, tarfile.TarError) as error:
        raise InfrastructureError(
            f"The checkpoint of iteration {artefact.iteration} could not be unpacked ({error})."
        ) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _free(directory: str) -> None:
    """Removes a directory of the store once no row needs it there: equal content is stored once."""
    needed = Artefact.objects.filter(directory=directory, state=PRESENT).exists()
    if not needed and not LanguageModel.objects.filter(directory=directory).exists():
        shutil.rmtree(store.locate(directory), ignore_errors=True)


def _free_archive(artefact: Artefact) -> None:
    archive_file(artefact).unlink(missing_ok=True)


def left_overs() -> list[Path]:
    """Directories of the store and uploads that no row names and in which nothing changed for a day."""
    named = _named()
    return [path for path in (*_stored(), *uploads_folder().iterdir()) if path not in named and _old(path)]


def _named() -> set[Path]:
    """Paths that a row needs where they are."""
    kept = [*Artefact.objects.filter(state=PRESENT).values_list("directory", flat=True)]
    kept += LanguageModel.objects.exclude(directory="").values_list("directory", flat=True)
    coming = DatasetVersion.objects.filter(status=Preparation.PREPARING).values_list("upload", flat=True)
    return {store.root() / name for name in kept} | {uploads_folder() / name for name in coming}


def _stored() -> Iterator[Path]:
    for shelf in store.root().iterdir():
        if shelf.is_dir() and not shelf.is_symlink():
            yield from shelf.iterdir()


def _old(path: Path) -> bool:
    """Whether nothing at or below a path changed for a day; False for what vanished meanwhile."""
    try:
        newest = max(one.lstat().st_mtime for one in (path, *path.rglob("*")))
    except FileNotFoundError:
        return False
    return time.time() - newest > LEFT_OVER_AFTER


def sweep() -> int:
    """Removes what is left over. Returns the bytes freed; 0 at once while another process sweeps."""
    with only_one("sweep") as alone:
        return sum(_remove(path) for path in left_overs()) if alone else 0


def _remove(path: Path) -> int:
    """Removes one left-over; returns its bytes, 0 where it is wanted again by now.

    It is moved aside first: whoever wants the same content then writes it anew, or has freshened it before.
    """
    aside = path.with_name(f"{store.INCOMING}swept-{path.name}")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return 0
    if path in _named() or not _old(aside):
        return _put_back(aside, path)
    size = store.size_of(aside)
    _discard(aside)
    return size


def _put_back(aside: Path, path: Path) -> int:
    try:
        aside.rename(path)
    except OSError:
        # The same content was written anew meanwhile.
        _discard(aside)
    return 0


def _discard(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def disk() -> dict[str, int]:
    """Bytes: `free` and `total` of the disk of DATA_DIR, and what is `left_over`."""
    usage = shutil.disk_usage(settings.DATA_DIR)
    return {
        "free": usage.free,
        "total": usage.total,
        "left_over": sum(store.size_of(path) for path in left_overs()),
    }


def add_users(runs: list[Run]) -> None:
    """Gives each run `users`: the other runs that took one of its artefacts. One query."""
    uses = ArtefactUse.objects.filter(artefact__run__in=runs).exclude(run=F("artefact__run"))
    users: dict[int, dict[int, Run]] = {run.pk: {} for run in runs}
    for use in uses.select_related("run", "artefact").only("run__name", "artefact__run_id"):
        users[use.artefact.run_id][use.run_id] = use.run
    for run in runs:
        run.users = list(users[run.pk].values())  # type: ignore[attr-defined]
