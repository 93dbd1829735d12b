"""Storage: what each run keeps on disk, and what to do about it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.views.decorators.http import require_POST, require_safe

from experiments.access import admins, member, members, researchers
from experiments.alignment.errors import PlumblineError
from experiments.downloads import csv_response
from experiments.filters import Column, Filter, Listing, Rows
from experiments.models import Run, RunStatus, User
from experiments.services import storage

COLUMNS = (
    Column("run", name="name", order="name"),
    Column("state"),
    Column("on disk", name="size", order="kept_bytes", figure=True, largest_first=True),
    Column("checkpoints", figure=True),
    Column("archived", figure=True),
    Column("needed by"),
    Column("actions"),
)
CSV_HEAD = ("run", "name", "status", "kept_bytes", "checkpoints", "archived")
FILTERS = (
    Filter(
        "state",
        "State",
        [(s.value, s.value) for s in RunStatus],
        lambda rows, value: rows.filter(status=value),
    ),
)


def _rows(user: User) -> Rows:
    return storage.with_disk_use(Run.objects.visible_to(user).only("name", "status", "created_by"))


@members
@require_safe
def storage_list(request: HttpRequest) -> HttpResponse:
    """Runs by what they keep, the largest first."""
    listing = Listing(request.GET, COLUMNS, "-size", FILTERS)
    page = listing.page(_rows(member(request)))
    storage.add_users(page.rows)
    context = {
        "listing": listing,
        "chips": listing.chips(),
        "columns": listing.heads(),
        "runs": page.rows,
        "pager": listing.pager(page),
        "disk": storage.disk(),
    }
    return render(request, "storage/list.html", context)


@members
@require_safe
def storage_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The list as it is narrowed now."""
    rows = (
        Listing(request.GET, COLUMNS, "-size", FILTERS)
        .apply(_rows(member(request)))
        .order_by("-kept_bytes", "-id")
    )
    cells = ([run.pk, run.name, run.status, run.kept_bytes, run.n_present, run.n_archived] for run in rows)
    return csv_response("storage.csv", CSV_HEAD, cells)


def _change(request: HttpRequest, pk: int, verb: Callable[[Run, User], int], said: str) -> HttpResponse:
    run = get_object_or_404(Run.objects.visible_to(member(request)), pk=pk)
    try:
        count = verb(run, member(request))
        messages.success(request, f"{count} checkpoint{'' if count == 1 else 's'} of {run.name} {said}.")
    except PlumblineError as error:
        messages.error(request, error.message)
    return redirect("storage")


@researchers
@require_POST
def storage_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Packs a run's checkpoints."""
    return _change(request, pk, storage.archive_checkpoints, "archived")


@researchers
@require_POST
def storage_restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Unpacks them again."""
    return _change(request, pk, storage.restore_checkpoints, "restored")


@researchers
@require_POST
def storage_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Deletes a run's checkpoints: one's own, or anybody's for an admin."""
    run = get_object_or_404(Run.objects.visible_to(member(request)), pk=pk)
    if run.created_by_id != member(request).pk and not member(request).may("admin"):
        messages.error(request, f"{run.name} is not yours: ask an admin to delete its checkpoints.")
        return redirect("storage")
    return _change(request, pk, storage.delete_checkpoints, "deleted")


@admins
@require_POST
def storage_sweep(request: HttpRequest) -> HttpResponse:
    """Removes what no row names."""
    messages.success(request, f"{filesizeformat(storage.sweep())} freed.")
    return redirect("storage")
