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
from experiments.services.iteration_pages import metric_changes
from experiments.services.parts import contents


@members
def iteration(request: HttpRequest, pk: int, index: int) -> HttpResponse:
    """Moved most, both ways; the spread of changes; kept and dropped by reason; metrics with their change."""
    run = get_object_or_404(Run.objects.visible_to(member(request)), pk=pk)
    found = get_object_or_404(run.iterations, index=index)
    asked = contents(found)
    part = request.GET.get("part", "")
    part = part if part in asked.parts else next(iter(asked.parts), "")
    phases = asked.phases_of(part)
    phase = next((one for one in phases if str(one) == request.GET.get("phase")), next(iter(phases), 0))
    deltas = all_deltas(found, part, phase) if part else []
    compared = sum(delta is not None for delta in deltas)
    here = {"iteration": str(index), "part": part} | ({"phase": str(phase)} if phases else {})
    context = {
        "run": run, "iteration": found, "tone": tone(found.status), "part": part,
        "parts": list(asked.labels.items()), "phase": phase, "phases": [(one, one + 1) for one in phases],
        "moves": moved_most(found, part, phase=phase) if part else None,
        "compared": compared, "subtitle": f"change of the value, {compared} of {len(deltas)} prompts",
        "figure": histogram_figure(deltas), "table": histogram_table(deltas),
        "metrics": metric_changes(run, index),
        "dropped": sorted(found.dropped.items(), key=lambda item: (-item[1], item[0])),
        "checkpoint": run.artefacts.filter(role="policy", iteration=index).first(),
        "has_next": run.iterations.filter(index=index + 1).exists(),
        "better_list": urlencode(here | {"sort": "-change"}),
        "worse_list": urlencode(here | {"sort": "change"}),
    }  # fmt: skip
    return render(request, "iterations/detail.html", context)
