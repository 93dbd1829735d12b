"""What runs keep on disk, with real files in the store."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from experiments.alignment.errors import ConfigError, InfrastructureError
from experiments.models import Artefact, ArtefactUse, Run, User
from experiments.services import storage, store
from experiments.services.locks import only_one
from experiments.uploads import uploads_folder
from tests.support.factories import make_run, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return make_user("researcher")


def run_with_files(owner: User | None, tmp_path: Path, status: str = "succeeded", count: int = 1) -> Run:
    """A run whose checkpoints lie in the store."""
    run = make_run(owner, status=status, iterations=1, traces=False)
    run.artefacts.all().delete()
    for index in range(1, count + 1):
        file = tmp_path / f"{run.pk}-{index}"
        file.write_bytes(f"weights {run.pk} {index}".encode() * 50)
        sha256, directory = store.take_in("adapters", {"adapter.safetensors": file})
        Artefact.objects.create(
            run=run, iteration=index, sha256=sha256, directory=directory, size_bytes=file.stat().st_size
        )
    return run


def content(run: Run) -> list[bytes]:
    return [
        (store.locate(a.directory) / "adapter.safetensors").read_bytes() for a in run.artefacts.order_by("pk")
    ]


def test_archived_checkpoints_leave_the_store_and_come_back_as_they_were(owner: User, tmp_path: Path) -> None:
    run = run_with_files(owner, tmp_path, count=2)
    before = content(run)
    assert storage.archive_checkpoints(run, owner) == 2
    assert not any(store.locate(a.directory).exists() for a in run.artefacts.all())
    assert {a.state for a in run.artefacts.all()} == {"archived"}
    assert storage.restore_checkpoints(run, owner) == 2
    assert content(run) == before
    assert not any(storage.archive_file(a).exists() for a in run.artefacts.all())
    assert [event.why for event in run.events.all()][-2:] == [
        "2 checkpoints archived",
        "2 checkpoints restored",
    ]


def test_deleted_checkpoints_are_gone_and_the_run_stays(owner: User, tmp_path: Path) -> None:
    run = run_with_files(owner, tmp_path, count=2)
    storage.archive_checkpoints(run, owner)
    assert storage.delete_checkpoints(run, owner) == 2
    assert {a.state for a in run.artefacts.all()} == {"deleted"}
    assert not any(storage.archive_file(a).exists() for a in run.artefacts.all())
    assert Run.objects.filter(pk=run.pk).exists()


def test_what_another_run_uses_is_not_deleted(owner: User, tmp_path: Path) -> None:
    run = run_with_files(owner, tmp_path)
    other = make_run(owner, traces=False)
    ArtefactUse.objects.create(run=other, name="checkpoint", artefact=run.artefacts.get())
    with pytest.raises(ConfigError, match=f"needed by run {other.pk}"):
        storage.delete_checkpoints(run, owner)
    assert content(run)


def test_what_a_run_that_is_not_over_uses_is_not_archived(owner: User, tmp_path: Path) -> None:
    run = run_with_files(owner, tmp_path)
    other = make_run(owner, status="running", traces=False)
    ArtefactUse.objects.create(run=other, name="checkpoint", artefact=run.artefacts.get())
    with pytest.raises(ConfigError, match="needed by"):
        storage.archive_checkpoints(run, owner)
    assert content(run)


@pytest.mark.parametrize("status", ["running", "queued", "paused"])
def test_a_run_that_is_not_over_keeps_its_checkpoints(owner: User, tmp_path: Path, status: str) -> None:
    run = run_with_files(owner, tmp_path, status=status)
    for verb in (storage.archive_checkpoints, storage.delete_checkpoints):
        with pytest.raises(ConfigError, match=f"is {status} and needs its checkpoints"):
            verb(run, owner)
    assert content(run)


def test_equal_content_of_two_runs_stays_until_neither_has_it(owner: User, tmp_path: Path) -> None:
    run, twin = run_with_files(owner, tmp_path), run_with_files(owner, tmp_path)
    mine, theirs = run.artefacts.get(), twin.artefacts.get()
    Artefact.objects.filter(pk=theirs.pk).update(sha256=mine.sha256, directory=mine.directory)
    storage.delete_checkpoints(run, owner)
    assert store.locate(mine.directory).exists()
    storage.delete_checkpoints(twin, owner)
    assert not store.locate(mine.directory).exists()


def test_a_full_disk_while_packing_leaves_the_checkpoint_where_it_is(
    owner: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_with_files(owner, tmp_path)

    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage, "_make_durable", full)
    with pytest.raises(InfrastructureError, match="No space left on device"):
        storage.archive_checkpoints(run, owner)
    assert content(run)
    assert run.artefacts.get().state == "present"
    assert not list((Path(settings.DATA_DIR) / "archive").glob("*.part"))


def age(*paths: Path) -> None:
    """As if nothing had changed at or below them for 25 hours."""
    yesterday = time.time() - 25 * 3600
    for path in paths:
        for one in (*path.rglob("*"), path):
            os.utime(one, (yesterday, yesterday))


def left_over(name: str = "", size: int = 100) -> Path:
    """A directory of the store that no row names, a day old."""
    folder = store.root() / "adapters" / (name or f"{store.INCOMING}dead")
    folder.mkdir(parents=True)
    (folder / "x").write_bytes(b"x" * size)
    age(folder)
    return folder


def test_the_sweep_takes_what_no_row_names_once_it_is_a_day_old(owner: User, tmp_path: Path) -> None:
    run = run_with_files(owner, tmp_path)
    old, fresh = left_over(), left_over(f"{store.INCOMING}alive")
    os.utime(fresh)
    upload = uploads_folder() / "arriving-dead.upload"
    upload.write_bytes(b"y" * 10)
    age(upload, store.locate(run.artefacts.get().directory))
    assert storage.sweep() >= 110
    assert not old.exists()
    assert not upload.exists()
    assert fresh.exists()
    assert content(run)


def test_the_sweep_leaves_a_directory_in_which_a_file_still_grows(tmp_path: Path) -> None:
    folder = left_over(f"{store.INCOMING}slow")
    with (folder / "x").open("ab") as file:
        file.write(b"more")
    storage.sweep()
    assert (folder / "x").exists()


def test_content_that_was_left_over_stays_when_it_is_stored_again_and_has_no_row_yet(tmp_path: Path) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"the same weights")
    _, directory = store.take_in("adapters", {"adapter.safetensors": file})
    age(store.locate(directory))
    assert store.take_in("adapters", {"adapter.safetensors": file})[1] == directory
    storage.sweep()
    assert (store.locate(directory) / "adapter.safetensors").read_bytes() == b"the same weights"


@pytest.mark.parametrize("again", ["freshened", "named"])
def test_what_is_wanted_while_the_sweep_goes_on_is_put_back(
    owner: User, monkeypatch: pytest.MonkeyPatch, again: str
) -> None:
    folder = left_over(f"again-{again}")
    assert folder in storage.left_overs()

    def found_before_it_was_wanted() -> list[Path]:
        if again == "freshened":
            assert store.freshen(folder)
        else:
            run = make_run(owner, iterations=1, traces=False)
            Artefact.objects.create(
                run=run, iteration=7, sha256="0" * 64, directory=f"adapters/{folder.name}"
            )
        return [folder]

    monkeypatch.setattr(storage, "left_overs", found_before_it_was_wanted)
    assert storage.sweep() == 0
    assert (folder / "x").read_bytes() == b"x" * 100


def test_what_was_just_unpacked_is_no_left_over_before_its_row_says_that_it_is_here(
    owner: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_with_files(owner, tmp_path)
    before = content(run)
    age(store.locate(run.artefacts.get().directory))
    storage.archive_checkpoints(run, owner)
    write_state = storage._set_state

    def sweep_first(*change: Any) -> None:
        storage.sweep()
        write_state(*change)

    monkeypatch.setattr(storage, "_set_state", sweep_first)
    storage.restore_checkpoints(run, owner)
    assert content(run) == before


def test_one_sweep_at_a_time() -> None:
    folder = left_over(f"{store.INCOMING}twice")
    with only_one("sweep"):
        assert storage.sweep() == 0
    assert folder.exists()
    assert storage.sweep() >= 100


def test_the_page_lists_the_largest_first_and_who_needs_them(
    client: Client, owner: User, tmp_path: Path
) -> None:
    client.force_login(owner)
    small, large = run_with_files(owner, tmp_path), run_with_files(owner, tmp_path, count=3)
    user = make_run(owner, name="the one that needs it", iterations=1, traces=False)
    ArtefactUse.objects.create(run=user, name="checkpoint", artefact=small.artefacts.get())
    page = client.get(reverse("storage")).content.decode()
    assert page.index(large.name) < page.index(small.name)
    assert "the one that needs it" in page
    csv = b"".join(client.get(reverse("storage-csv")).streaming_content).decode()  # type: ignore[attr-defined]
    assert csv.splitlines()[0] == "run,name,status,kept_bytes,checkpoints,archived"


def test_a_colleague_archives_but_only_owner_or_admin_deletes(
    client: Client, owner: User, tmp_path: Path
) -> None:
    run = run_with_files(owner, tmp_path)
    client.force_login(make_user("researcher"))
    page = client.post(reverse("storage-delete", args=[run.pk]), follow=True).content.decode()
    assert "is not yours" in page
    assert run.artefacts.get().state == "present"
    assert (
        "1 checkpoint of"
        in client.post(reverse("storage-archive", args=[run.pk]), follow=True).content.decode()
    )
    assert "restored" in client.post(reverse("storage-restore", args=[run.pk]), follow=True).content.decode()
    client.force_login(make_user("admin"))
    client.post(reverse("storage-delete", args=[run.pk]))
    assert run.artefacts.get().state == "deleted"


def test_a_reviewer_sees_the_page_without_its_verbs(client: Client, owner: User, tmp_path: Path) -> None:
    run = run_with_files(owner, tmp_path)
    assert client.get(reverse("storage")).status_code == 302
    client.force_login(make_user("reviewer"))
    page = client.get(reverse("storage")).content.decode()
    assert run.name in page
    assert reverse("storage-archive", args=[run.pk]) not in page
    assert client.post(reverse("storage-archive", args=[run.pk])).status_code == 403


def test_the_page_takes_the_same_queries_for_many_runs(
    client: Client, owner: User, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    client.force_login(owner)
    for _ in range(8):
        run_with_files(owner, tmp_path)
    with django_assert_max_num_queries(11):
        client.get(reverse("storage"))
