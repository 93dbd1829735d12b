"""One run: its page, which follows the run while it goes, and its metrics as a file."""

import re
import zlib
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from experiments.access import member, members
from experiments.deltas import control_verdict, operator_verdict
from experiments.downloads import csv_response
from experiments.models import Run, RunStatus
from experiments.models.states import RESUMABLE
from experiments.services import run_costs
from experiments.services.run_page import RunPage, visible_run
from experiments.services.run_plots import GUARDS, better_plot, guard_plot, guards

PAGE = "runs/detail.html"
LIVE = (
    "state",
    "facts",
    "actions",
    "waiting",
    "banners",
    "strip",
    "better_data",
    "better_notes",
    "guards_data",
    "guards_notes",
    "verdicts",
    "figures",
    "iterations",
    "costs",
    "moved",
    "alarms",
    "events",
)
"""The parts of the page that follow the run, each a partial of the page's template with an id of its own."""
STOP_POLLING = 286
UNSTABLE = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|>[^<]*</time>')
"""What differs between two renderings of the same thing."""
ADVICE = {
    "config": "Clone the run and change the setting.",
    "data": "Look at the data set, then clone the run with a version that is right.",
    "model": "Look at the model, then clone the run with one that can do this.",
    "episode": "Look at the traces that went wrong; then retry, and the run goes on where it stopped.",
    "infrastructure": "Retry, and the run goes on where it stopped.",
}


@members
@require_GET
def run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; with `?part=live&after=N&have=…` only what changed since, 204 when nothing did."""
    run = get_object_or_404(visible_run(member(request), pk))
    part = request.GET.get("part", "")
    if part not in ("", "live"):
        raise Http404
    page = RunPage(run)
    if part == "live":
        return _live(request, page)
    context = _context(request, page)
    context["parts"] = _rendered(request, context)
    return render(request, PAGE, context | {"live_url": _live_url(request, run, context["parts"])})


def _live(request: HttpRequest, page: RunPage) -> HttpResponse:
    """Only the parts whose words differ from those that the reader has."""
    have = dict(zip(LIVE, request.GET.get("have", "").split("."), strict=False))
    unchanged = not page.run.ended and request.GET.get("after") == str(page.run.sequence)
    if unchanged and have.get("waiting") == _digest(_render_part(request, "waiting", {"page": page})):
        return HttpResponse(status=204)
    context = _context(request, page) | {"oob": True}
    parts = _rendered(request, context)
    changed = [html for name, html in parts.items() if have.get(name) != _digest(html)]
    poll = render_to_string(
        f"{PAGE}#poll", {"run": page.run, "live_url": _live_url(request, page.run, parts)}
    )
    return HttpResponse("".join([poll, *changed]), status=STOP_POLLING if page.run.ended else 200)


def _rendered(request: HttpRequest, context: dict[str, Any]) -> dict[str, str]:
    return {name: _render_part(request, name, context) for name in LIVE}


def _render_part(request: HttpRequest, name: str, context: dict[str, Any]) -> str:
    return render_to_string(f"{PAGE}#{name}", context, request)


def _digest(html: str) -> str:
    stable = UNSTABLE.sub("", html.replace(' hx-swap-oob="true"', ""))
    return f"{zlib.crc32(stable.encode()):x}"


def _live_url(request: HttpRequest, run: Run, parts: dict[str, str]) -> str:
    words = {
        "part": "live",
        "after": run.sequence,
        "have": ".".join(_digest(html) for html in parts.values()),
    }
    if request.GET.get("guard") in GUARDS:
        words["guard"] = request.GET["guard"]
    return f"{request.path}?{urlencode(words)}"


def _context(request: HttpRequest, page: RunPage) -> dict[str, Any]:
    run, metrics = page.run, page.metrics
    wanted = request.GET.get("guard", "")
    operator = metrics.latest("operator_gain", "probe")
    control = metrics.latest("control_gain", "gold")
    own = run.created_by_id == member(request).pk
    return {
        "page": page,
        "run": run,
        "own": own,
        "may_delete": own or member(request).may("admin"),
        "resumable": run.status in RESUMABLE,
        "cancellable": not run.ended and not run.cancel_requested_at,
        "paused": run.status == RunStatus.PAUSED,
        "advice": ADVICE.get(run.error_blame, ""),
        "better": better_plot(metrics, page.last_iteration),
        "guard": wanted if wanted in GUARDS else "length_tokens",
        "guards_plot": guard_plot(metrics, wanted, page.last_iteration),
        "guard_chips": guards(metrics, page.alarms),
        "operator": operator,
        "operator_words": operator_verdict(operator) if operator else "",
        "operator_control": page.operator_control,
        "control": control,
        "control_words": control_verdict(control) if control else "",
        "judge": metrics.latest("parse_failure_rate", "train"),
        "ties": metrics.latest("tie_rate", "train"),
    }


@members
@require_GET
def costs_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """What every stage of the run spent."""
    run = get_object_or_404(visible_run(member(request), pk))
    return csv_response(f"run-{run.pk}-costs.csv", run_costs.CSV_HEAD, run_costs.cost_csv(run))


CSV_HEAD = ("iteration", "name", "split", "value", "low", "high", "n", "n_unscored")


@members
@require_GET
def metrics_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Every metric of the run."""
    run = get_object_or_404(visible_run(member(request), pk))
    return csv_response(f"run-{run.pk}-metrics.csv", CSV_HEAD, run.metrics.values_list(*CSV_HEAD))
