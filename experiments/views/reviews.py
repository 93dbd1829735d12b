"""Review: one critique after another, blind, and the saving of answers."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from experiments.access import member, members
from experiments.alignment.errors import ConfigError
from experiments.models import Run, Signal
from experiments.services import reviews
from experiments.services.review_pages import ReviewItem, answered_view, review_item


@members
def review_list(request: HttpRequest) -> HttpResponse:
    """The next critique that waits for this member, newest runs first, and what they answered just now."""
    user = member(request)
    runs = reviews.reviewable_runs(user)
    chosen = [run for run in runs if str(run.pk) == request.GET.get("run")]
    after = request.GET.get("after", "")
    item = review_item(chosen or runs, user, int(after) if after.isdecimal() and len(after) < 19 else None)
    context = {
        "runs": runs,
        "chosen": chosen[0] if chosen else None,
        "item": item,
        "next_url": _after_answering(chosen, item),
        "last": answered_view(request.GET.get("answered", ""), user),
    }
    return render(request, "reviews/list.html", context)


def _after_answering(chosen: list[Run], item: ReviewItem | None) -> str:
    words = {"run": chosen[0].pk} if chosen else {}
    words |= {"answered": item.signal.pk} if item else {}
    return f"{reverse('review-list')}?{urlencode(words)}"


@members
@require_POST
def review_save(request: HttpRequest, pk: int) -> HttpResponse:
    """Writes this member's answer; the block comes back in place, or the page one came from."""
    user = member(request)
    signal = get_object_or_404(Signal.objects.select_related("trace__iteration"), pk=pk)
    get_object_or_404(Run.objects.visible_to(user), pk=signal.trace.iteration.run_id)
    note, refusal = request.POST.get("note", ""), ""
    try:
        reviews.answer(signal, user, request.POST.get("verdict", ""), note)
    except ConfigError as error:
        refusal = error.message
    context = {"signal": signal, "review": reviews.team_view(signal, user), "refusal": refusal, "note": note}
    if request.headers.get("HX-Request"):
        # htmx puts nothing but successes into the page, and a refusal must be read.
        return render(request, "reviews/block.html", context)
    if refusal:
        return render(request, "reviews/refused.html", context, status=422)
    return redirect(_next(request, signal))


def _next(request: HttpRequest, signal: Signal) -> str:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
        return wanted
    return f"{reverse('trace-detail', args=[signal.trace_id])}#signal-{signal.pk}"
