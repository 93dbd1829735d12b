"""What will run, and steering it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from experiments.access import member, members, researchers
from experiments.alignment.errors import PlumblineError
from experiments.downloads import csv_response
from experiments.filters import Column, Filter, Listing, Rows
from experiments.models import Schedule
from experiments.services import schedules
from experiments.services.schedule_list import Planned, with_fires

COLUMNS = (
    Column("name", name="name", order="name"),
    Column("what"),
    Column("when"),
    Column("next", name="next", order="next_at"),
    Column("last"),
    Column("by"),
    Column("added", name="new", order="id", largest_first=True),
)
STATES = [("waiting", "waiting"), ("paused", "paused"), ("ended", "ended")]


CSV_HEAD = (
    "schedule", "name", "recipe", "model", "dataset", "when", "timezone", "next", "state", "last", "last_run",
    "last_skipped", "created_by", "created",
)  # fmt: skip


@members
def schedule_list(request: HttpRequest) -> HttpResponse:
    """Schedules, the next launch first, each with its last tick."""
    listing = _listing(request)
    page = listing.page(_rows(request))
    context = {
        "listing": listing,
        "chips": listing.chips(),
        "columns": listing.heads(),
        "pager": listing.pager(page),
        "csv_url": listing.url(),
        "rows": with_fires(page.rows),
    }
    return render(request, "schedules/list.html", context)


@members
def schedules_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Every row of the list as it is narrowed now."""
    rows = _listing(request).apply(_rows(request)).order_by("-id")
    return csv_response("schedules.csv", CSV_HEAD, (_csv_row(planned) for planned in with_fires(list(rows))))


def _csv_row(planned: Planned) -> list[Any]:
    schedule, last = planned.schedule, planned.last
    fired = (last.due_at.isoformat(), last.run_id, last.skipped) if last else (None, None, None)
    due = schedule.next_at.isoformat() if schedule.next_at else None
    made = (schedule.created_by or "", schedule.created_at.isoformat())
    launch = (planned.recipe, planned.model, planned.dataset)
    when = (planned.when, schedule.timezone, due, planned.state)
    return [schedule.pk, schedule.name, *launch, *when, *fired, *made]


def _rows(request: HttpRequest) -> Rows:
    return Schedule.objects.visible_to(member(request)).select_related("after", "created_by")


def _listing(request: HttpRequest) -> Listing:
    filters = (
        Filter("state", "State", STATES, _by_state),
        Filter("mine", "Whose", [("yes", "mine")], lambda rows, _: rows.filter(created_by=member(request))),
    )
    return Listing(request.GET, COLUMNS, "next", filters, rest=_hide_ended)


def _by_state(rows: Rows, value: str) -> Rows:
    if value == "ended":
        return rows.exclude(ended_at=None)
    return rows.filter(ended_at=None, paused=value == "paused")


def _hide_ended(rows: Rows, chosen: Any) -> Rows:
    return rows if "state" in chosen else rows.filter(ended_at=None)


@researchers
@require_POST
def schedule_pause(request: HttpRequest, pk: int) -> HttpResponse:
    return _done(request, pk, schedules.pause, "is paused")


@researchers
@require_POST
def schedule_resume(request: HttpRequest, pk: int) -> HttpResponse:
    return _done(request, pk, schedules.resume, "goes on")


@researchers
@require_POST
def schedule_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    return _done(request, pk, schedules.cancel, "is cancelled; its runs stay")


@researchers
@require_POST
def schedule_run_now(request: HttpRequest, pk: int) -> HttpResponse:
    """Launches once at once and shows the run; the ticks stay as they are."""
    try:
        run = schedules.run_now(_visible(request, pk), member(request))
    except PlumblineError as error:
        messages.error(request, error.message)
        return redirect("schedule-list")
    return redirect("run-detail", run.pk)


def _visible(request: HttpRequest, pk: int) -> Schedule:
    return get_object_or_404(Schedule.objects.visible_to(member(request)), pk=pk)


def _done(request: HttpRequest, pk: int, verb: Callable[[Schedule], None], words: str) -> HttpResponse:
    schedule = _visible(request, pk)
    if schedule.ended_at:
        messages.error(request, f"{schedule.name} has ended already; plan it anew instead.")
        return redirect("schedule-list")
    verb(schedule)
    messages.success(request, f"{schedule.name} {words}.")
    return redirect("schedule-list")
