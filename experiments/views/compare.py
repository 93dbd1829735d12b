"""Runs side by side at equal cost, and sources of signal side by side on the same data."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from experiments.access import member, members
from experiments.downloads import csv_response
from experiments.forms.compare import BudgetForm, EqualCostForm
from experiments.models import Run
from experiments.services.compare import (
    AXES,
    MOST_RUNS,
    Line,
    arenas,
    compare,
    cost_plot,
    measured_versions,
    offered,
    other_figures,
    runs_named,
)

MOST_WORDS = 500
CSV_HEAD = (
    "line",
    "runs",
    "iteration",
    "gold",
    "low",
    "high",
    "prompts",
    "gain",
    *(axis.name for axis in AXES),
    "money",
)


@members
@require_GET
def run_compare(request: HttpRequest) -> HttpResponse:
    """Runs named in the address, or those of a sweep; runs that are not alike are marked and left out."""
    form = EqualCostForm(request.GET)
    runs, cut = _named(request)
    found = compare(runs, *form.asked, form.level_asked)
    context = {
        "form": form,
        "found": found,
        "named": runs,
        "cut": cut,
        "plots": [cost_plot(axis, found.lines) for axis in found.used],
        "figures": other_figures(found.lines) if len(found.lines) > 1 else [],
        "offered": offered(member(request), runs, found.runs[0]) if found.runs else [],
        "words": urlencode([("run", run.pk) for run in runs]),
    }
    return render(request, "runs/compare.html", context)


def _named(request: HttpRequest) -> tuple[list[Run], bool]:
    sweep = request.GET.get("sweep", "").replace("\0", "")
    return runs_named(member(request), _numbers(request.GET.getlist("run")), sweep)


def _numbers(words: Sequence[str]) -> list[int]:
    known = [int(word) for word in words[:MOST_WORDS] if word.isdecimal() and len(word) < 19]
    return list(dict.fromkeys(known))


@members
@require_POST
def run_compare_picked(request: HttpRequest) -> HttpResponse:
    """Leads from the rows picked in the list to their comparison."""
    picked = _numbers(request.POST.getlist("pick"))[:MOST_RUNS]
    if len(picked) < 2:
        messages.error(request, "Tick at least two runs to compare them.")
        return redirect("run-list")
    return redirect(f"{reverse('run-compare')}?{urlencode([('run', pk) for pk in picked])}")


@members
@require_GET
def compare_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Every line's gold, gain and costs at the end of each iteration."""
    runs, _ = _named(request)
    return csv_response("comparison.csv", CSV_HEAD, _csv_rows(compare(runs, AXES[0]).lines))


def _csv_rows(lines: Sequence[Line]) -> Iterator[list[Any]]:
    for line in lines:
        for stop in line.stops:
            costs = [stop.costs.get(axis.name) for axis in AXES]
            yield [
                line.name,
                " ".join(str(run.pk) for run in line.runs),
                stop.iteration,
                stop.gold.value,
                stop.gold.low,
                stop.gold.high,
                stop.prompts,
                stop.gain.value,
                *costs,
                stop.money if line.counted else None,
            ]


@members
@require_GET
def sources(request: HttpRequest) -> HttpResponse:
    """Per data set the best of each recipe at equal cost."""
    form = BudgetForm(request.GET)
    axis, budget = form.asked
    versions = measured_versions(member(request))
    wanted = request.GET.get("data", "")
    chosen = next((version for version in versions if str(version.pk) == wanted), next(iter(versions), None))
    context = {
        "form": form,
        "axis": axis,
        "versions": versions,
        "chosen": chosen,
        "arenas": arenas(member(request), chosen, axis, budget) if chosen else [],
    }
    return render(request, "compare/sources.html", context)
