"""The menu at the left, and what the reader's role includes, for every template."""

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from experiments.access import member
from experiments.models import Notice, Role, Run, RunStatus

ROOMS = (
    (
        "",
        (
            ("Home", "home"),
            ("Runs", "run-list"),
            ("Recipes", "recipe-list"),
            ("Experiments", "standing-list"),
            ("Review", "review-list"),
            ("Schedules", "schedule-list"),
            ("Notices", "notice-list"),
        ),
    ),
    ("Evidence", (("Compare", "source-compare"),)),
    ("Library", (("Models", "model-list"), ("Data sets", "dataset-list"), ("Storage", "storage"))),
    ("System", (("Workers", "worker-list"), ("Team", "team"))),
)


def menu(request: HttpRequest) -> dict[str, Any]:
    """Context processor. `menu` is a function, so that its queries run only where a page shows it."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"menu": []}
    return {
        "menu": partial(_groups, request),
        "is_researcher": user.may(Role.RESEARCHER),
        "is_admin": user.may(Role.ADMIN),
    }


def _groups(request: HttpRequest) -> list[dict[str, Any]]:
    counts = _counts(request)
    return [
        {"label": label, "items": [item for room in rooms if (item := _item(request, *room, counts))]}
        for label, rooms in ROOMS
    ]


def _item(request: HttpRequest, label: str, name: str, counts: dict[str, str]) -> dict[str, Any] | None:
    try:
        url = reverse(name)
    except NoReverseMatch:
        return None
    current = request.path == url if url == "/" else request.path.startswith(url)
    return {"label": label, "url": url, "count": counts.get(name), "current": current}


def _counts(request: HttpRequest) -> dict[str, str]:
    """Two queries that indexes answer, whatever the number of runs."""
    live = Run.objects.visible_to(member(request)).filter(status__in=[RunStatus.RUNNING, RunStatus.PAUSED])
    states = list(live.values_list("status", flat=True)[:99])
    unread = Notice.objects.filter(user=member(request), read_at=None)[:99].count()
    waiting, running = states.count(RunStatus.PAUSED), states.count(RunStatus.RUNNING)
    parts = [f"{running} live" if running else "", f"{waiting} paused" if waiting else ""]
    return {"run-list": ", ".join(part for part in parts if part), "notice-list": str(unread or "")}
