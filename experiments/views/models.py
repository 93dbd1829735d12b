"""Models: the list, one of them, and how they come in."""

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from experiments.access import admins, member, members, researchers
from experiments.alignment.errors import PlumblineError
from experiments.downloads import csv_response
from experiments.filters import Column, Filter, Listing, Rows
from experiments.forms.models import CapForm, EndpointForm, HubModelForm, ScriptedModelForm
from experiments.models import LanguageModel, Preparation, Run, User
from experiments.services import endpoints, library

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
ADD_FORMS: dict[str, type[forms.Form]] = {
    "hub": HubModelForm,
    "endpoint": EndpointForm,
    "scripted": ScriptedModelForm,
}


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
    endpoint = endpoints.document(model)
    context = {
        "model": model,
        "runs": list(runs[:20]),
        "more": len(runs) > 20,
        "endpoint": endpoint,
        "cap_form": CapForm(initial=endpoint) if endpoint else None,
    }
    return render(request, "models/detail.html", context)


WORDS = {"hub": "being downloaded", "scripted": "registered", "endpoint": "registered"}


@researchers
@require_http_methods(["GET", "HEAD", "POST"])
def model_add(request: HttpRequest) -> HttpResponse:
    """Adds a model of the hub, an endpoint or a simulated one; directories come from the shell alone."""
    kind = request.POST.get("kind", "") if request.method == "POST" else ""
    asked = kind if kind in ADD_FORMS else "hub"
    sent = request.POST if request.method == "POST" else None
    shown = {
        name: form(sent if name == asked else None, auto_id=f"{name}_%s") for name, form in ADD_FORMS.items()
    }
    form = shown[asked]
    if sent is not None and form.is_valid() and (model := _added(form)):
        messages.success(request, f"{model.name} is {WORDS[asked]}.")
        return redirect("model-detail", model.pk)
    context = {f"{name}_form": form for name, form in shown.items()}
    return render(request, "models/add.html", context, status=422 if sent is not None else 200)


def _added(form: forms.Form) -> LanguageModel | None:
    given = form.cleaned_data
    try:
        if isinstance(form, ScriptedModelForm):
            return library.register_scripted_model(given["name"], form.script())
        if isinstance(form, EndpointForm):
            return endpoints.register_endpoint(given["name"], form.settings(), operator=False)
        return library.register_hub_model(given["name"], given["hub"], given["licence"])
    except PlumblineError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return None


@admins
@require_POST
def model_cap(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes what an endpoint may cost: an administrator's word, since it is money."""
    model = get_object_or_404(LanguageModel.objects.visible_to(member(request)), pk=pk)
    form = CapForm(request.POST)
    if not form.is_valid():
        messages.error(request, "The cap is an amount of 0 or more, or empty for none.")
        return redirect("model-detail", pk)
    try:
        endpoints.set_cap(model.name, form.cleaned_data["cost_cap"])
        messages.success(request, "The cap is changed; a run that it ended can be retried.")
    except PlumblineError as error:
        messages.error(request, error.message)
    return redirect("model-detail", pk)
