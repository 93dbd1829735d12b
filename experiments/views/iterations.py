"""One iteration of a run: what moved, what was kept, what was measured."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from experiments.access import member, members
from experiments.charts import histogram_figure, histogram_table
from experiments.models import Run
from experiments.models.states import tone
from experiments.moves import all_deltas, moved_most
from experiments.services.iteration_pages import comparable_parts, metric_changes
from experiments.views.trace_lists import PARTS


@members
def iteration(request: HttpRequest, pk: int, index: int) -> HttpResponse:
    """Moved most, both ways; the spread of changes; kept and dropped by reason; metrics with their change."""
    run = get_object_or_404(Run.objects.visible_to(member(request)), pk=pk)
    found = get_object_or_404(run.iterations, index=index)
    parts = comparable_parts(found)
    part = request.GET.get("part", "")
    part = part if part in parts else next(iter(parts), "")
    deltas = all_deltas(found, part) if part else []
    compared = sum(delta is not None for delta in deltas)
    here = {"iteration": str(index), "part": part}
    context = {
        "run": run, "iteration": found, "tone": tone(found.status), "part": part,
        "parts": [(one, PARTS[one]) for one in parts], "moves": moved_most(found, part) if part else None,
        "compared": compared, "subtitle": f"change of the value, {compared} of {len(deltas)} prompts",
        "figure": histogram_figure(deltas), "table": histogram_table(deltas),
        "metrics": metric_changes(run, index),
        "dropped": sorted(found.dropped.items(), key=lambda item: (-item[1], item[0])),
        "checkpoint": run.artefacts.filter(role="policy", kind="checkpoint", iteration=index).first(),
        "has_next": run.iterations.filter(index=index + 1).exists(),
        "better_list": urlencode(here | {"sort": "-change"}),
        "worse_list": urlencode(here | {"sort": "change"}),
    }  # fmt: skip
    return render(request, "iterations/detail.html", context)
