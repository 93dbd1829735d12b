"""What is done to runs from their page and from the list. Every verb is a POST and comes back to the run."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from experiments.access import member, researchers
from experiments.alignment.errors import PlumblineError
from experiments.models import Run
from experiments.services import runs

MOST_PICKED = 500


@researchers
@require_POST
def run_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    return _done(request, pk, lambda run: runs.cancel(run, member(request)))


@researchers
@require_POST
def run_retry(request: HttpRequest, pk: int) -> HttpResponse:
    return _done(request, pk, lambda run: runs.retry(run, member(request)))


@researchers
@require_POST
def run_approve(request: HttpRequest, pk: int) -> HttpResponse:
    return _done(request, pk, lambda run: runs.approve(run, member(request)))


@researchers
@require_POST
def run_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Archives a run, or takes it out of the archive."""
    return _done(request, pk, lambda run: runs.archive(run, member(request), run.archived_at is None))


@researchers
@require_POST
def run_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Deletes one's own run; an administrator may delete anybody's."""
    run = _visible(request, pk)
    if run.created_by_id != member(request).pk and not member(request).may("admin"):
        raise PermissionDenied("Only an administrator may delete a run that somebody else started.")
    try:
        runs.delete_run(run, member(request))
    except PlumblineError as error:
        messages.error(request, error.message)
        return redirect("run-detail", pk)
    messages.success(request, f"{run.name} and its traces are deleted.")
    return redirect("run-list")


@researchers
@require_POST
def run_cancel_picked(request: HttpRequest) -> HttpResponse:
    """Cancels the rows picked in the list; those that ended meanwhile are named."""
    picked = [int(pk) for pk in request.POST.getlist("pick")[:MOST_PICKED] if pk.isdecimal() and len(pk) < 19]
    if not picked:
        messages.error(request, "No run was picked. Tick the runs to cancel first.")
    for run in Run.objects.visible_to(member(request)).filter(pk__in=picked):
        try:
            runs.cancel(run, member(request))
        except PlumblineError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, f"{run.name}: cancel asked for.")
    return redirect("run-list")


def _visible(request: HttpRequest, pk: int) -> Run:
    return get_object_or_404(Run.objects.visible_to(member(request)), pk=pk)


def _done(request: HttpRequest, pk: int, verb: Callable[[Run], None]) -> HttpResponse:
    """Does it and shows the run; a refusal is shown there too."""
    try:
        verb(_visible(request, pk))
    except PlumblineError as error:
        messages.error(request, error.message)
    return redirect("run-detail", pk)
