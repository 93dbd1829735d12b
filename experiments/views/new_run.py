"""New run: choose, see an estimate, start now or later."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from experiments.access import member, researchers
from experiments.alignment.errors import ConfigError, PlumblineError
from experiments.alignment.registry import Recipe, get_recipe, recipes
from experiments.alignment.survey import PARADIGMS
from experiments.forms.new_run import NewRunForm, initial_of, typed_so_far
from experiments.forms.timing import TimingForm, zones
from experiments.models import Run
from experiments.services.estimate import Estimate, estimate
from experiments.services.pipelines import start
from experiments.services.runs import clone_request
from experiments.services.schedules import create_schedule

PAGE = "runs/new.html"
PARTS = {"settings": f"{PAGE}#choices", "estimate": f"{PAGE}#estimate"}


@dataclass(frozen=True)
class Opening:
    """What the form opens with: the recipe and what is known already."""

    recipe: Recipe
    initial: dict[str, Any]
    clone: Run | None = None


@researchers
def run_new(request: HttpRequest) -> HttpResponse:
    """GET shows the form (or one part of it, as choices change); POST starts the run or plans it."""
    if request.method == "POST":
        return _submitted(request)
    part = request.GET.get("part", "")
    if part and part not in PARTS:
        raise Http404
    opening = _opening(request)
    if part == "estimate":
        bound = NewRunForm(opening.recipe, request.GET)
        return render(request, PARTS[part], _estimated(bound))
    form = NewRunForm(opening.recipe, initial=opening.initial)
    timing = TimingForm(member(request), initial=opening.initial)
    response = render(request, PARTS.get(part, PAGE), _context(opening.recipe, form, timing, opening.clone))
    if (
        part == "settings"
    ):  # the fields were disabled meanwhile, so an estimate asked for before now knows none of them
        response["HX-Trigger-After-Settle"] = "choices-changed"
    return response


def _opening(request: HttpRequest) -> Opening:
    clone = _cloned(request, request.GET.get("clone", ""))
    cloned = clone_request(clone) if clone else None
    recipe, unknown = _recipe(request.GET.get("recipe") or (cloned.recipe if cloned else ""))
    if unknown:
        messages.error(request, unknown)
    initial = initial_of(cloned) if cloned and cloned.recipe == recipe.slug else {}
    return Opening(recipe, initial | typed_so_far(request.GET, recipe), clone)


def _recipe(slug: str) -> tuple[Recipe, str]:
    """The recipe that is asked for; for one that is not there, the first one and a sentence that says so."""
    try:
        return (get_recipe(slug) if slug else recipes()[0]), ""
    except ConfigError as error:
        return recipes()[0], error.message


def _cloned(request: HttpRequest, text: str) -> Run | None:
    if not text:
        return None
    if not text.isdecimal():
        raise Http404
    return get_object_or_404(
        Run.objects.visible_to(member(request)).select_related("dataset_version__dataset"), pk=text[:18]
    )


def _submitted(request: HttpRequest) -> HttpResponse:
    recipe, unknown = _recipe(request.POST.get("recipe", ""))
    clone = _cloned(request, request.POST.get("clone", ""))
    later = request.POST.get("when") == "later"
    form = NewRunForm(recipe, request.POST)
    timing = (
        TimingForm(member(request), request.POST)
        if later
        else TimingForm(member(request), initial=request.POST.dict())
    )
    if unknown:
        form.add_error(None, unknown)
    if form.is_valid() and (not later or timing.is_valid()):
        done = _planned(request, form, timing) if later else _started(request, form, clone)
        if done:
            return done
    return render(request, PAGE, _context(recipe, form, timing, clone, later), status=422)


def _started(request: HttpRequest, form: NewRunForm, clone: Run | None) -> HttpResponse | None:
    try:
        started = start(form.launch_request(), member(request), cloned_from=clone)
    except PlumblineError as error:
        form.refuse(error)
        return None
    if started.planned:
        messages.success(
            request, f"This run makes what is needed first; {started.planned.name} is planned after it."
        )
    return redirect("run-detail", started.run.pk)


def _planned(request: HttpRequest, form: NewRunForm, timing: TimingForm) -> HttpResponse | None:
    try:
        schedule = create_schedule(form.launch_request(), timing.timing_value(), member(request))
    except PlumblineError as error:
        if not timing.refuse(error):
            form.refuse(error)
        return None
    messages.success(request, f"{schedule.name} is planned.")
    return redirect("schedule-list")


def _context(
    recipe: Recipe, form: NewRunForm, timing: TimingForm, clone: Run | None, later: bool = False
) -> dict[str, Any]:
    groups = [(PARADIGMS[key], list(found)) for key, found in groupby(recipes(), lambda one: one.paradigm)]
    known = {
        "recipe": recipe,
        "groups": groups,
        "form": form,
        "timing": timing,
        "clone": clone,
        "later": later,
    }
    return known | {"zones": zones()} | ({} if form.is_bound else _estimated(_filled(form)))


def _filled(form: NewRunForm) -> NewRunForm:
    """The form as if it were sent untouched, so that the page opens with an estimate."""
    values = {name: form[name].value() for name in form.fields}
    return NewRunForm(form.recipe, _first_choices(form, values))


def _first_choices(form: NewRunForm, values: dict[str, Any]) -> dict[str, Any]:
    """A list without a choice shows its first entry."""
    for name in ("model", "dataset"):
        options = [value for value, _ in form.fields[name].choices]  # type: ignore[attr-defined]
        values[name] = values[name] or next(iter(options), "")
    return {name: value for name, value in values.items() if value is not None and value is not False}


def _estimated(form: NewRunForm) -> dict[str, Any]:
    """The estimate of a valid form, or why there is none."""
    if not form.is_valid():
        return {"estimate": None, "no_estimate": "An estimate follows once every choice is valid."}
    try:
        found: Estimate = estimate(form.launch_request())
    except PlumblineError as error:
        return {"estimate": None, "no_estimate": error.message}
    return {"estimate": found}
