"""What a member wants to know first: what runs, what needs them, what changed since they last looked."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from experiments.models import Run, RunEvent, RunStatus, User, Work, Worker
from experiments.models.states import tone
from experiments.services import reviews
from experiments.services.stage_strip import Stage, strip

MOST_LIVE = 10
MOST_NEEDS = 10
MOST_CHANGES = 20
REVIEWED_RUNS = 3
MOST_REVIEWS = 99
FAILED_SINCE = timedelta(days=7)
SEEN_WITHIN = timedelta(seconds=60)


@dataclass(frozen=True)
class LiveRun:
    """A run under way: the iteration and its stage where it has begun."""

    run: Run
    iteration: int | None
    stage: Stage | None


def live_runs(user: User) -> list[LiveRun]:
    """Running ones first, then the queue in its order."""
    rows = Run.objects.visible_to(user).live().select_related("dataset_version__dataset").defer("config")  # type: ignore[attr-defined]
    runs = sorted(rows.order_by("id")[:MOST_LIVE], key=lambda run: run.status != RunStatus.RUNNING)
    works: dict[int, list[Work]] = defaultdict(list)
    for work in Work.objects.filter(run__in=runs):
        works[work.run_id].append(work)
    return [_live(run, works[run.pk]) for run in runs]


def _live(run: Run, works: list[Work]) -> LiveRun:
    found = strip(run, works, None)
    if found is None:
        return LiveRun(run, None, None)
    return LiveRun(run, found.iteration, found.current)


def cursor(lives: list[LiveRun]) -> str:
    """Changes whenever a live run does: what a poll compares."""
    said = ",".join(f"{live.run.pk}:{live.run.sequence}:{live.run.status}" for live in lives)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def worker_missing(lives: list[LiveRun]) -> bool:
    """Whether something waits and no worker was seen within a minute."""
    return bool(lives) and not Worker.objects.filter(seen_at__gt=timezone.now() - SEEN_WITHIN).exists()


def paused_runs(user: User) -> list[Run]:
    """Runs that a gate paused, each with `why`."""
    runs = Run.objects.visible_to(user).filter(status=RunStatus.PAUSED).only("name", "status").order_by("-id")
    paused = list(runs[:MOST_NEEDS])
    events = RunEvent.objects.filter(run__in=paused, after=RunStatus.PAUSED).order_by("sequence")
    reasons = dict(events.values_list("run_id", "why"))
    for run in paused:
        run.why = reasons.get(run.pk, "")
    return paused


def failed_runs(user: User) -> list[Run]:
    """Runs that failed within a week and are not archived."""
    since = timezone.now() - FAILED_SINCE
    runs = Run.objects.visible_to(user).filter(status=RunStatus.FAILED, archived_at=None, ended_at__gt=since)
    shown = runs.only("name", "status", "error_blame", "error_message", "ended_at").order_by("-id")
    return list(shown[:MOST_NEEDS])


def waiting_reviews(user: User) -> list[tuple[Run, int]]:
    """The newest judged runs with how many verdicts the reader has not answered, counted up to 99."""
    counted = [
        (run, len(reviews.waiting(run, user).values_list("pk")[:MOST_REVIEWS]))
        for run in reviews.reviewable_runs(user, REVIEWED_RUNS)
    ]
    return [(run, count) for run, count in counted if count]


def changes(user: User) -> list[RunEvent]:
    """Changes of state since the reader marked the page as seen (a week at first), newest first."""
    since = user.looked_at or timezone.now() - FAILED_SINCE
    runs = Run.objects.visible_to(user)
    events = RunEvent.objects.filter(at__gt=since, run__in=runs).exclude(after=F("before"))
    shown = events.select_related("run", "by").only(
        "at", "before", "after", "why", "run__name", "run__status", "by__email"
    )
    found = list(shown.order_by("-at", "-id")[:MOST_CHANGES])
    for event in found:
        event.tone = tone(event.after)  # type: ignore[attr-defined]
    return found


def mark_seen(user: User, until: datetime) -> None:
    """What happened up to `until` is no longer new to this member."""
    User.objects.filter(pk=user.pk).update(looked_at=min(until, timezone.now()))
