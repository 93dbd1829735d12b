"""Traces: the list of a run, and one of them with everything that was said about it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from experiments.access import member, members
from experiments.downloads import csv_response
from experiments.models import Run, Trace
from experiments.services import trace_pages
from experiments.views.trace_lists import trace_list, trace_list_at

CSV_HEAD = (
    "trace", "iteration", "phase", "part", "position", "prompt_id", "prompt", "value", "change", "tokens", "answers",
    "kept", "unscored_signals",
)  # fmt: skip


@members
def traces(request: HttpRequest, pk: int) -> HttpResponse:
    """One part of one iteration, or what a search found; narrowed, sorted and paged by the address bar."""
    run = get_object_or_404(Run.objects.visible_to(member(request)), pk=pk)
    shown = trace_list(run, request.GET)
    page = shown.listing.page(shown.rows)
    context = {
        "run": run,
        "list": shown,
        "listing": shown.listing,
        "typed": request.GET.get("q", ""),
        "chips": [row for row in shown.listing.chips() if row["chips"]],
        "columns": shown.listing.heads(),
        "traces": page.rows,
        "pager": shown.listing.pager(page),
        "csv_url": f"{reverse('traces-csv', args=[run.pk])}?{shown.address}",
    }
    return render(request, "traces/list.html", context)


@members
def traces_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Every row of the list as it is narrowed now."""
    run = get_object_or_404(Run.objects.visible_to(member(request)), pk=pk)
    shown = trace_list(run, request.GET)
    rows = shown.listing.apply(shown.rows).order_by("pk")
    return csv_response(
        f"run-{run.pk}-traces.csv", CSV_HEAD, (_csv_row(trace) for trace in rows.iterator(500))
    )


def _csv_row(trace: Trace) -> list[Any]:
    return [
        trace.pk, trace.iteration.index, trace.phase, trace.part, trace.position, trace.row.key, trace.title,
        trace.value, trace.delta, trace.length, trace.n_candidates, trace.n_kept, trace.n_unscored,
    ]  # fmt: skip


@members
def trace(request: HttpRequest, pk: int) -> HttpResponse:
    """Candidates side by side, every signal with its raw text, why chosen or dropped, and the reviews."""
    found = get_object_or_404(Trace.objects.select_related("iteration__run", "row"), pk=pk)
    run = get_object_or_404(Run.objects.visible_to(member(request)), pk=found.iteration.run_id)
    shown = trace_list_at(run, request.GET.get("list", ""), found)
    before, after = shown.neighbours(found)
    context = trace_pages.trace_context(found, member(request)) | {
        "run": run,
        "before": before,
        "after": after,
        "list": shown,
    }
    return render(request, "traces/detail.html", context)
