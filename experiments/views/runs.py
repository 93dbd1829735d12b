"""The list of runs."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from experiments.access import member, members
from experiments.alignment.registry import recipes
from experiments.downloads import csv_response
from experiments.filters import Column, Filter, Listing, Rows
from experiments.models import Dataset, Run, RunStatus, User
from experiments.services.run_list import with_gold

MOST_CHIPS = 12
COLUMNS = (
    Column("name", name="name", order="name"),
    Column("state"),
    Column("recipe"),
    Column("data"),
    Column("seed", figure=True),
    Column("gold accuracy", name="gold", order="gold_value", figure=True, largest_first=True),
    Column("change", figure=True),
    Column("started by"),
    Column("created", name="new", order="id", largest_first=True),
)
CSV_HEAD = (
    "run",
    "name",
    "status",
    "recipe",
    "dataset",
    "version",
    "seed",
    "gold_accuracy",
    "gold_low",
    "gold_high",
    "gold_before_training",
    "created_by",
    "created",
)


@members
def run_list(request: HttpRequest) -> HttpResponse:
    """Runs with their gold accuracy; chips, text, sorting and pages from the address bar."""
    listing = _listing(request)
    page = listing.page(_rows(member(request)))
    context = {
        "listing": listing,
        "chips": listing.chips(),
        "columns": listing.heads(),
        "runs": page.rows,
        "pager": listing.pager(page),
        "csv_url": listing.url(),
    }
    return render(request, "runs/list.html", context)


@members
def runs_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Every row of the list as it is narrowed now."""
    listing = _listing(request)
    rows = listing.apply(_rows(member(request))).order_by("-id")
    return csv_response("runs.csv", CSV_HEAD, (_csv_row(run) for run in rows.iterator(500)))


def _csv_row(run: Any) -> list[Any]:
    version = run.dataset_version
    return [
        run.pk,
        run.name,
        run.status,
        run.recipe,
        version.dataset.name,
        version.number,
        run.seed,
        run.gold_value,
        run.gold_low,
        run.gold_high,
        run.gold_first,
        run.created_by or "",
        run.created_at.isoformat(),
    ]


def _rows(user: User) -> Rows:
    return with_gold(Run.objects.for_list().visible_to(user))


def _listing(request: HttpRequest) -> Listing:
    filters = (
        Filter("status", "State", [(s.value, s.value) for s in RunStatus], _by_status),
        Filter("recipe", "Recipe", [(one.slug, one.title) for one in recipes()], _by_recipe),
        Filter("dataset", "Data", _datasets(), _by_dataset),
        Filter("mine", "Whose", [("yes", "mine")], lambda rows, _: rows.filter(created_by=member(request))),
    )
    archived = Filter("archived", "Archive", [("yes", "archived"), ("all", "with archived")], _by_archive)
    return Listing(request.GET, COLUMNS, "-new", (*filters, archived), search=_by_text, rest=_hide_archived)


def _hide_archived(rows: Rows, chosen: Mapping[str, str]) -> Rows:
    return rows if "archived" in chosen else rows.filter(archived_at=None)


def _datasets() -> list[tuple[str, str]]:
    runs = Run.objects.filter(dataset_version__dataset=OuterRef("pk"))
    used = Dataset.objects.filter(Exists(runs)).order_by("name")
    return [(name, name) for name in used.values_list("name", flat=True)[:MOST_CHIPS]]


def _by_status(rows: Rows, value: str) -> Rows:
    return rows.filter(status=value)


def _by_recipe(rows: Rows, value: str) -> Rows:
    return rows.filter(recipe=value)


def _by_dataset(rows: Rows, value: str) -> Rows:
    return rows.filter(dataset_version__dataset__name=value)


def _by_archive(rows: Rows, value: str) -> Rows:
    return rows.exclude(archived_at=None) if value == "yes" else rows


def _by_text(rows: Rows, text: str) -> Rows:
    return rows.filter(Q(name__icontains=text) | Q(sweep__icontains=text))
