"""Models: the list, one of them, and how they come in."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from experiments.access import member, members, researchers
from experiments.alignment.errors import PlumblineError
from experiments.downloads import csv_response
from experiments.filters import Column, Filter, Listing, Rows
from experiments.forms.models import HubModelForm, ScriptedModelForm
from experiments.models import LanguageModel, Preparation, Run, User
from experiments.services import library

COLUMNS = (
    Column("name", name="name", order="name"),
    Column("state"),
    Column("kind"),
    Column("parameters", name="parameters", order="parameters", figure=True, largest_first=True),
    Column("size", name="size", order="size_bytes", figure=True, largest_first=True),
    Column("context", figure=True, help="Longest prompt and answer together, in tokens."),
    Column("licence"),
    Column("runs", figure=True),
    Column("added", name="new", order="id", largest_first=True),
)
CSV_HEAD = (
    "name",
    "kind",
    "status",
    "architecture",
    "parameters",
    "size_bytes",
    "context_tokens",
    "sha256",
    "licence",
    "source",
    "runs",
)
FILTERS = (
    Filter(
        "kind",
        "Kind",
        [(k.value, k.value) for k in LanguageModel.Kind],
        lambda rows, value: rows.filter(kind=value),
    ),
    Filter(
        "state",
        "State",
        [(s.value, s.value) for s in Preparation],
        lambda rows, value: rows.filter(status=value),
    ),
)


def _rows(user: User) -> Rows:
    return LanguageModel.objects.visible_to(user).annotate(n_runs=Count("uses__run", distinct=True))


def _by_text(rows: Rows, text: str) -> Rows:
    return rows.filter(name__icontains=text)


@members
@require_safe
def model_list(request: HttpRequest) -> HttpResponse:
    """Registered models with what one chooses by."""
    listing = Listing(request.GET, COLUMNS, "name", FILTERS, search=_by_text)
    page = listing.page(_rows(member(request)))
    context = {
        "listing": listing,
        "chips": listing.chips(),
        "columns": listing.heads(),
        "models": page.rows,
        "pager": listing.pager(page),
    }
    return render(request, "models/list.html", context)


@members
@require_safe
def models_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The list as it is narrowed now."""
    rows = Listing(request.GET, COLUMNS, "name", FILTERS, search=_by_text).apply(_rows(member(request)))
    return csv_response(
        "models.csv",
        CSV_HEAD,
        ([getattr(m, "n_runs" if n == "runs" else n) for n in CSV_HEAD] for m in rows.order_by("name")),
    )


@members
@require_safe
def model_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One model: where it comes from, what it is, and the runs that used it."""
    model = get_object_or_404(LanguageModel.objects.visible_to(member(request)), pk=pk)
    runs = (
        Run.objects.visible_to(member(request))
        .filter(models__model=model)
        .distinct()
        .only("name", "status")
        .order_by("-id")[:21]
    )
    return render(
        request, "models/detail.html", {"model": model, "runs": list(runs[:20]), "more": len(runs) > 20}
    )


@researchers
@require_http_methods(["GET", "HEAD", "POST"])
def model_add(request: HttpRequest) -> HttpResponse:
    """Adds a model of the hub or a simulated one; directories come from the shell alone."""
    scripted = request.POST.get("kind") == "scripted"
    hub_form = HubModelForm(
        request.POST if request.method == "POST" and not scripted else None, auto_id="hub_%s"
    )
    script_form = ScriptedModelForm(request.POST if scripted else None, auto_id="script_%s")
    form: Any = script_form if scripted else hub_form
    if request.method == "POST" and form.is_valid() and (model := _added(form)):
        messages.success(request, f"{model.name} is {'registered' if scripted else 'being downloaded'}.")
        return redirect("model-detail", model.pk)
    context = {"hub_form": hub_form, "script_form": script_form}
    return render(request, "models/add.html", context, status=422 if request.method == "POST" else 200)


def _added(form: forms.Form) -> LanguageModel | None:
    given = form.cleaned_data
    try:
        if isinstance(form, ScriptedModelForm):
            return library.register_scripted_model(given["name"], form.script())
        return library.register_hub_model(given["name"], given["hub"], given["licence"])
    except PlumblineError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return None
