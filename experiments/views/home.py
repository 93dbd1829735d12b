"""Home: what runs, what needs the reader, what changed, and where to start."""

from datetime import UTC

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from experiments.access import member, members
from experiments.services import overview, templates
from experiments.services.standing import STANDING
from experiments.services.starter import starter_message


@members
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The page, or its live part alone; 204 when nothing changed after the reader's cursor."""
    lives = overview.live_runs(member(request))
    cursor = overview.cursor(lives)
    context = {"lives": lives, "cursor": cursor, "worker_missing": overview.worker_missing(lives)}
    if request.GET.get("part") == "live":
        if request.GET.get("after") == cursor:
            return HttpResponse(status=204)
        return render(request, "home/home.html#live", context)
    return render(request, "home/home.html", context | _rest(request))


def _rest(request: HttpRequest) -> dict[str, object]:
    user = member(request)
    return {
        "paused": overview.paused_runs(user),
        "failed": overview.failed_runs(user),
        "reviews": overview.waiting_reviews(user),
        "changes": overview.changes(user),
        "standing": STANDING,
        "templates": templates.offered(),
        "starter_message": starter_message(),
        "now": timezone.now().isoformat(),
    }


@members
@require_POST
def home_seen(request: HttpRequest) -> HttpResponse:
    """Marks what the page showed as seen."""
    try:
        until = parse_datetime(request.POST.get("until", ""))
    except ValueError:
        until = None
    if until is not None:
        overview.mark_seen(member(request), until if until.tzinfo else until.replace(tzinfo=UTC))
    return redirect("home")
