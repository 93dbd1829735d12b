"""Data sets: the list, one of them with its versions and rows, and the import."""

from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from experiments.access import body_limit, member, members, researchers
from experiments.alignment.errors import PlumblineError
from experiments.downloads import csv_response
from experiments.filters import Column, Filter, Listing, Rows
from experiments.forms.datasets import ImportForm
from experiments.models import Dataset, DatasetVersion, Preparation, Row, User
from experiments.services import datasets
from experiments.services.import_options import SPLITS
from experiments.uploads import keep_upload, upload_error

LARGEST_UPLOAD = 64 * 2**30
ROWS_A_PAGE = 25
COLUMNS = (
    Column("name", name="name", order="name"),
    Column("newest version"),
    Column("verifier"),
    Column("train", figure=True),
    Column("probe", figure=True),
    Column("gold", figure=True),
    Column("hash"),
    Column("licence"),
    Column("added", name="new", order="id", largest_first=True),
)
ROW_COLUMNS = (
    Column("row", name="position", order="position", figure=True),
    Column("id"),
    Column("split"),
    Column("prompt"),
    Column("reference"),
    Column("meta"),
)
CSV_HEAD = (
    "name",
    "title",
    "version",
    "status",
    "verifier",
    "train",
    "probe",
    "gold",
    "sha256",
    "licence",
    "source",
)
ROWS_HEAD = ("position", "id", "split", "prompt", "reference", "meta")
SPLIT_FILTER = Filter(
    "split", "Split", [(s, s) for s in SPLITS], lambda rows, value: rows.filter(split=value)
)


def _sets(user: User) -> Rows:
    """Data sets with the number of their newest version; the version itself comes with `_with_newest`."""
    newest = DatasetVersion.objects.filter(dataset=OuterRef("pk")).order_by("-number").values("pk")[:1]
    rows = Dataset.objects.visible_to(user)
    return rows.annotate(newest_id=Subquery(newest), n_versions=Count("versions"))


def _with_newest(sets: list[Any]) -> list[Any]:
    versions = DatasetVersion.objects.in_bulk([one.newest_id for one in sets if one.newest_id])
    for one in sets:
        one.newest = versions.get(one.newest_id)
    return sets


def _by_text(rows: Rows, text: str) -> Rows:
    return rows.filter(name__icontains=text)


@members
@require_safe
def dataset_list(request: HttpRequest) -> HttpResponse:
    """Data sets with their newest version."""
    listing = Listing(request.GET, COLUMNS, "name", search=_by_text)
    page = listing.page(_sets(member(request)))
    context = {
        "listing": listing,
        "columns": listing.heads(),
        "sets": _with_newest(page.rows),
        "pager": listing.pager(page),
    }
    return render(request, "datasets/list.html", context)


@members
@require_safe
def datasets_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The list as it is narrowed now."""
    sets = Listing(request.GET, COLUMNS, "name", search=_by_text).apply(_sets(member(request)))
    return csv_response(
        "datasets.csv", CSV_HEAD, [_csv_row(one) for one in _with_newest(list(sets.order_by("name")))]
    )


def _csv_row(one: Any) -> list[Any]:
    new = one.newest
    if new is None:
        return [one.name, one.title, *[None] * 7, one.licence, one.source]
    counts = [new.counts.get(split) for split in SPLITS]
    return [
        one.name,
        one.title,
        new.number,
        new.status,
        new.verifier,
        *counts,
        new.sha256,
        one.licence,
        one.source,
    ]


def _version(request: HttpRequest, dataset: Dataset) -> DatasetVersion | None:
    """The version that the address names; without a name the newest whole one, else the newest."""
    named = request.GET.get("version", "")
    if named:
        if not named.isdecimal() or len(named) > 9:
            raise Http404
        return get_object_or_404(dataset.versions, number=int(named))
    return dataset.latest() or dataset.versions.order_by("-number").first()


@members
@require_safe
def dataset_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One data set: its versions, and the rows of one of them."""
    dataset = get_object_or_404(Dataset.objects.visible_to(member(request)), pk=pk)
    version = _version(request, dataset)
    context: dict[str, Any] = {
        "dataset": dataset,
        "version": version,
        "versions": list(dataset.versions.order_by("-number")[:50]),
    }
    if request.GET.get("part") == "versions":
        return render(request, "datasets/detail.html#versions", context)
    if version is not None and version.status == Preparation.READY:
        listing = Listing(
            request.GET, ROW_COLUMNS, "position", (SPLIT_FILTER,), search=_rows_by_text, keep=("version",)
        )
        page = listing.page(version.rows.all(), ROWS_A_PAGE)
        context |= {
            "listing": listing,
            "chips": listing.chips(),
            "columns": listing.heads(),
            "shown": page.rows,
            "pager": listing.pager(page),
        }
    return render(request, "datasets/detail.html", context)


def _rows_by_text(rows: Rows, text: str) -> Rows:
    return rows.filter(title__icontains=text)


@members
@require_safe
def rows_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The rows of one version as they are narrowed now; gold references are left out."""
    dataset = get_object_or_404(Dataset.objects.visible_to(member(request)), pk=pk)
    version = _version(request, dataset)
    if version is None or version.status != Preparation.READY:
        raise Http404
    rows = Listing(request.GET, ROW_COLUMNS, "position", (SPLIT_FILTER,), search=_rows_by_text).apply(
        version.rows.order_by("position")
    )
    return csv_response(
        f"{dataset.name}-{version.number}.csv", ROWS_HEAD, (_row_cells(row) for row in rows.iterator(500))
    )


def _row_cells(row: Row) -> list[Any]:
    prompt = "\n\n".join(f"{message['role']}: {message['content']}" for message in row.messages)
    reference = "held out" if row.split == "gold" else row.reference
    return [row.position, row.key, row.split, prompt, reference, row.meta or None]


@researchers
@body_limit(LARGEST_UPLOAD)
@require_http_methods(["GET", "HEAD", "POST"])
def dataset_import(request: HttpRequest) -> HttpResponse:
    """The import form; the file goes to disk while it arrives, and a worker reads it in."""
    if request.method != "POST":
        return render(
            request,
            "datasets/import.html",
            {"form": ImportForm(initial={"name": request.GET.get("name", "")})},
        )
    form = ImportForm(request.POST, request.FILES)
    if sentence := upload_error(request):
        form.add_error("file", sentence)
    elif form.is_valid() and (version := _started(form)):
        return redirect("dataset-detail", version.dataset_id)
    return render(request, "datasets/import.html", {"form": form}, status=422)


def _started(form: ImportForm) -> DatasetVersion | None:
    given = form.cleaned_data
    about = {name: given[name] for name in ("title", "licence", "source")}
    try:
        return datasets.start_import(
            given["name"], keep_upload(given["file"]), given["file"].name, given["options"], about
        )
    except PlumblineError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return None
