"""The standing experiments: the list, one with the report on its newest launch, and its launch."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from experiments.access import member, members, researchers
from experiments.alignment.errors import ConfigError, PlumblineError
from experiments.models import LanguageModel, Preparation, Run
from experiments.services.standing import (
    STANDING,
    StandingExperiment,
    find_standing,
    launch_standing,
    rounds_of,
)
from experiments.services.starter import MODEL


@members
@require_GET
def standing_list(request: HttpRequest) -> HttpResponse:
    """All three."""
    return render(request, "standing/list.html", {"experiments": STANDING})


@members
@require_GET
def standing_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One of them with the report on a launch; the newest where none is named."""
    experiment = _found(slug)
    rounds = rounds_of(experiment, member(request))
    chosen = request.GET.get("launch") or next(iter(rounds), "")
    if chosen and chosen not in rounds:
        raise Http404
    return render(request, "standing/detail.html", _context(request, experiment, rounds, chosen))


def _found(slug: str) -> StandingExperiment:
    try:
        return find_standing(slug)
    except ConfigError as error:
        raise Http404 from error


def _context(
    request: HttpRequest, experiment: StandingExperiment, rounds: list[str], chosen: str
) -> dict[str, Any]:
    mine = Run.objects.visible_to(member(request)).select_related("dataset_version__dataset")
    runs = list(mine.filter(sweep=chosen).order_by("id")) if chosen else []
    models = LanguageModel.objects.filter(status=Preparation.READY).order_by("name")
    return {
        "experiment": experiment,
        "rounds": rounds,
        "chosen": chosen,
        "runs": runs,
        "ended": sum(run.ended for run in runs),
        "simulated": any(run.simulated for run in runs),
        "parts": experiment.report(runs),
        "models": list(models.values_list("name", flat=True)),
        "preferred": MODEL,
    }


@researchers
@require_POST
def standing_launch(request: HttpRequest, slug: str) -> HttpResponse:
    """Starts all of its runs; what does not fit is said on the page and nothing starts."""
    experiment = _found(slug)
    try:
        runs = launch_standing(experiment, request.POST.get("model", ""), member(request))
    except PlumblineError as error:
        messages.error(request, error.message)
        return redirect("standing-detail", slug=slug)
    messages.success(request, f"{len(runs)} runs were started.")
    return redirect("standing-detail", slug=slug)
