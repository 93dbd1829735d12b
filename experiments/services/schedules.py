"""Launches that wait, and what makes each tick happen once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError
from django.db import IntegrityError, transaction
from django.utils import timezone
from pydantic import BaseModel, ConfigDict

from experiments.alignment.errors import ConfigError, PlumblineError
from experiments.alignment.registry import get_recipe
from experiments.models import Project, Run, RunStatus, Schedule, ScheduleFire, User
from experiments.models.states import ENDED
from experiments.services.launch import LaunchRequest, check_launch, launch
from experiments.services.notices import tell

SHORTEST = 60


class Timing(BaseModel):
    """When to launch: at a time, every so many seconds, by cron, or after another run."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["once", "every", "cron", "after"]
    at: datetime | None = None
    every_seconds: int | None = None
    cron: str = ""
    timezone: str = "UTC"
    after_run_id: int | None = None
    after_any: bool = False


@dataclass(frozen=True)
class Upcoming:
    """One launch that is to come; `due_at` is None while it waits for another run."""

    schedule: Schedule
    due_at: datetime | None


def create_schedule(request: LaunchRequest, timing: Timing, by: User | None) -> Schedule:
    """Checks both the launch and the timing, then writes the schedule. Raises PlumblineError with its field."""
    check_launch(request, expected=_expected(request, timing))
    first = _first(timing)
    return Schedule.objects.create(
        project=Project.default(),
        name=request.name or f"{request.recipe} on {request.dataset}",
        kind=timing.kind,
        launch=request.model_dump(mode="json"),
        every_seconds=timing.every_seconds,
        cron=timing.cron,
        timezone=timing.timezone,
        after_id=timing.after_run_id,
        after_any=timing.after_any,
        next_at=first,
        created_by=by,
    )


def _expected(request: LaunchRequest, timing: Timing) -> set[str]:
    """The kinds of artefact that the run that is waited for has yet to make for this launch."""
    run = Run.objects.filter(pk=timing.after_run_id or 0).first()
    if run is None or timing.kind != "after" or run.ended:
        return set()
    lent = {kind for kind, lender in request.use.items() if lender == run.pk}
    return lent & set(get_recipe(run.recipe).makes)


def _first(timing: Timing) -> datetime | None:
    now = timezone.now()
    if timing.timezone not in available_timezones():
        raise ConfigError(
            f"There is no time zone {timing.timezone!r}; use a name such as Europe/Berlin.", field="timezone"
        )
    if timing.kind == "after":
        _check_after(timing)
        return None
    if timing.kind == "once":
        return _check_at(timing, now)
    if timing.kind == "every":
        if not timing.every_seconds or timing.every_seconds < SHORTEST:
            raise ConfigError("Say how often, at least every minute, such as 6h or 30m.", field="every")
        return now + timedelta(seconds=timing.every_seconds)
    return next_cron(timing.cron, timing.timezone, now)


def _check_after(timing: Timing) -> None:
    if not Run.objects.filter(pk=timing.after_run_id or 0).exists():
        raise ConfigError(f"There is no run {timing.after_run_id} to wait for.", field="after")


def _check_at(timing: Timing, now: datetime) -> datetime:
    if timing.at is None:
        raise ConfigError("Say at which time, such as 2026-12-01T02:00.", field="at")
    at = timing.at if timing.at.tzinfo else timing.at.replace(tzinfo=ZoneInfo(timing.timezone))
    if at <= now:
        raise ConfigError(f"{at:%Y-%m-%d %H:%M} {timing.timezone} is in the past.", field="at")
    return at


def next_cron(expression: str, zone: str, after: datetime) -> datetime:
    """The first tick after a time, in the schedule's own zone. Raises ConfigError for a bad expression."""
    try:
        return next(CronSim(expression, after.astimezone(ZoneInfo(zone))))
    except (CronSimError, StopIteration):
        raise ConfigError(
            f'{expression!r} is no cron expression; five fields are needed, such as "0 3 * * *".',
            field="cron",
        ) from None


def next_tick(schedule: Schedule, after: datetime) -> datetime | None:
    """The tick after `after`; ticks missed meanwhile become one. None when there is no further one."""
    if schedule.kind == Schedule.Kind.EVERY and schedule.every_seconds and schedule.next_at:
        period = schedule.every_seconds
        missed = max(0, int((after - schedule.next_at).total_seconds() // period))
        return schedule.next_at + timedelta(seconds=(missed + 1) * period)
    if schedule.kind == Schedule.Kind.CRON:
        return next_cron(schedule.cron, schedule.timezone, after)
    return None


def fire_due() -> int:
    """Launches what is due; returns how many ticks were recorded."""
    now = timezone.now()
    due = Schedule.objects.filter(paused=False, ended_at=None, next_at__lte=now).order_by("next_at")
    fired = [_fire(schedule, schedule.next_at or now, now) for schedule in due[:50]]
    return sum(fired) + _fire_followers(now)


def _fire_followers(now: datetime) -> int:
    ended = Schedule.objects.filter(
        kind=Schedule.Kind.AFTER, paused=False, ended_at=None, after__status__in=ENDED
    )
    return sum(
        _follow(schedule, schedule.after, now)
        for schedule in ended.select_related("after")[:50]
        if schedule.after
    )


def _follow(schedule: Schedule, before: Run, now: datetime) -> bool:
    if before.status == RunStatus.SUCCEEDED or schedule.after_any:
        return _fire(schedule, before.ended_at or now, now)
    end(schedule, f"run {before.pk} {before.status}, and this waited for its success")
    return False


def _fire(schedule: Schedule, due_at: datetime, now: datetime) -> bool:
    """One tick: its unique row, its run and the advanced `next_at` in one transaction."""
    try:
        with transaction.atomic():
            fire = ScheduleFire.objects.create(schedule=schedule, due_at=due_at)
            advance(schedule, now)
            fire.skipped = _busy(schedule)
            if not fire.skipped:
                fire.run = launch(LaunchRequest(**schedule.launch), schedule.created_by, schedule=schedule)
            fire.save()
    except IntegrityError:
        return False
    except PlumblineError as error:
        return _record_refusal(schedule, due_at, now, error)
    return True


def _record_refusal(schedule: Schedule, due_at: datetime, now: datetime, error: PlumblineError) -> bool:
    """A launch that is refused is a skipped tick with its reason, and a notice; the schedule goes on."""
    with transaction.atomic():
        _, new = ScheduleFire.objects.get_or_create(
            schedule=schedule, due_at=due_at, defaults={"skipped": error.message[:300]}
        )
        advance(schedule, now)
        if new:
            tell(schedule.created_by_id, f"{schedule.name} could not start: {error.message}")
    return new


def _busy(schedule: Schedule) -> str:
    last = schedule.runs.order_by("-id").first()
    return f"run {last.pk} of this schedule is still {last.status}" if last and not last.ended else ""


def advance(schedule: Schedule, now: datetime) -> None:
    """Moves a schedule to its next tick, or ends it."""
    following = next_tick(schedule, now)
    changes = (
        {"next_at": following} if following else {"next_at": None, "ended_at": now, "ended_why": "fired"}
    )
    Schedule.objects.filter(pk=schedule.pk).update(**changes)


def run_now(schedule: Schedule, by: User | None) -> Run:
    """Launches once at once; the ticks stay as they are."""
    return launch(LaunchRequest(**schedule.launch), by, schedule=schedule)


def pause(schedule: Schedule) -> None:
    """Stops the ticks until it is resumed."""
    Schedule.objects.filter(pk=schedule.pk, ended_at=None).update(paused=True)


def resume(schedule: Schedule) -> None:
    """Lets the ticks go on; those missed while paused do not fire."""
    now = timezone.now()
    following = next_tick(schedule, now) if schedule.next_at and schedule.next_at <= now else schedule.next_at
    Schedule.objects.filter(pk=schedule.pk, ended_at=None).update(
        paused=False, next_at=following or schedule.next_at
    )


def cancel(schedule: Schedule) -> None:
    """Ends a schedule for good; its runs stay."""
    end(schedule, "cancelled")


def end(schedule: Schedule, why: str) -> None:
    Schedule.objects.filter(pk=schedule.pk, ended_at=None).update(
        ended_at=timezone.now(), ended_why=why[:300], next_at=None
    )


def upcoming(limit: int = 100) -> list[Upcoming]:
    """What will run, soonest first; those that wait for another run come last."""
    live = Schedule.objects.filter(ended_at=None).select_related("after", "created_by")
    timed = live.exclude(next_at=None).order_by("next_at")[:limit]
    waiting = live.filter(next_at=None).order_by("id")[:limit]
    return [Upcoming(schedule, schedule.next_at) for schedule in [*timed, *waiting]]
