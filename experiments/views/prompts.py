"""One prompt across the iterations of a run."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from experiments.access import member, members
from experiments.models import Row, Run, Trace
from experiments.services.parts import part_words
from experiments.services.prompt_pages import BEFORE, FIRST, chosen_trace, history, parts_of
from experiments.services.signal_views import signal_list
from experiments.views.trace_lists import TraceList, trace_list_at


@members
def prompt(request: HttpRequest, pk: int, row_pk: int) -> HttpResponse:
    """One column an iteration with a word diff, then every signal of one of them; j and k walk the list."""
    run = get_object_or_404(Run.objects.visible_to(member(request)), pk=pk)
    row = get_object_or_404(Row.objects.defer("reference"), pk=row_pk, version=run.dataset_version_id)
    asked = parts_of(run, row)
    part = request.GET.get("part", "")
    part = part if part in asked else next(iter(asked), "")
    compare = FIRST if request.GET.get("compare") == FIRST else BEFORE
    shown = history(run, row, part, compare)
    at = chosen_trace(shown.traces, request.GET.get("at", ""), request.GET.get("from", ""))
    if at is None:
        raise Http404("This run never asked this prompt.")
    signals = signal_list(at, member(request), list(at.signals.all()))
    context = {
        "run": run, "row": row, "part": part, "asked": [(one, part_words(one)) for one in asked],
        "compare": compare, "history": shown, "at": at,
        "signals": signals, "reviewed": signals.reviewed,
    }  # fmt: skip
    return render(request, "prompts/detail.html", context | _walk(request, run, shown.traces, at, compare))


def _walk(request: HttpRequest, run: Run, traces: list[Trace], at: Trace, compare: str) -> dict[str, object]:
    """The list that the reader came from, and links to its neighbours that keep the place in it."""
    mark = next((trace for trace in traces if str(trace.pk) == request.GET.get("from")), at)
    shown = trace_list_at(run, request.GET.get("list", ""), mark)
    before, after = shown.neighbours(mark)
    return {
        "list": shown,
        "before_url": prompt_url(run, before, shown, compare) if before else "",
        "after_url": prompt_url(run, after, shown, compare) if after else "",
        "keep": urlencode({"from": mark.pk, "list": shown.address}),
    }


def prompt_url(run: Run, trace: Trace, shown: TraceList, compare: str = BEFORE) -> str:
    """The page of a trace's prompt, with the list and the place in it in the query string."""
    words = {"part": trace.part, "from": str(trace.pk), "list": shown.address}
    words |= {"compare": compare} if compare != BEFORE else {}
    return f"{reverse('prompt-detail', args=[run.pk, trace.row_id])}?{urlencode(words)}"
