"""The lineage of a run."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from experiments.access import member, members
from experiments.services.lineage import lineage
from experiments.services.lineage_drawing import draw
from experiments.services.run_page import visible_run


@members
@require_GET
def run_lineage(request: HttpRequest, pk: int) -> HttpResponse:
    """What the run began with, what it made and who goes on with it: a drawing, and a table of the same."""
    run = get_object_or_404(visible_run(member(request), pk))
    graph = lineage(run, member(request))
    names = {node.name: node for node in graph.nodes}
    rows = [(names[edge.start], edge, names[edge.end]) for edge in graph.edges]
    context = {"run": run, "graph": graph, "drawing": draw(graph), "rows": rows}
    return render(request, "runs/lineage.html", context)
