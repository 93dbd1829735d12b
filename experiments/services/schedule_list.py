"""Schedules as the list shows them: in words, in their own time zone, with their last ticks."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Max

from experiments.models import Schedule, ScheduleFire


@dataclass(frozen=True)
class Planned:
    """One schedule with its newest tick (None before the first) and the next one by the clock of its zone."""

    schedule: Schedule
    when: str
    local_words: str
    last: ScheduleFire | None

    @property
    def recipe(self) -> str:
        return str(self.schedule.launch.get("recipe", ""))

    @property
    def model(self) -> str:
        return str(self.schedule.launch.get("model", ""))

    @property
    def dataset(self) -> str:
        return str(self.schedule.launch.get("dataset", ""))

    @property
    def state(self) -> str:
        if self.schedule.ended_at:
            return "ended"
        return "paused" if self.schedule.paused else "waiting"


def with_fires(schedules: Sequence[Schedule]) -> list[Planned]:
    """The schedules with their newest ticks, in two queries whatever their number."""
    newest = (
        ScheduleFire.objects.filter(schedule__in=[s.pk for s in schedules])
        .values("schedule")
        .annotate(last=Max("id"))
    )
    fires = ScheduleFire.objects.filter(pk__in=[row["last"] for row in newest]).select_related("run")
    last = {fire.schedule_id: fire for fire in fires}
    return [Planned(s, words(s), _local(s), last.get(s.pk)) for s in schedules]


def _local(schedule: Schedule) -> str:
    return (
        f"{schedule.next_at.astimezone(ZoneInfo(schedule.timezone)):%Y-%m-%d %H:%M}"
        if schedule.next_at
        else ""
    )


def words(schedule: Schedule) -> str:
    """When a schedule fires: once, every 6 hours, by 0 3 * * * (UTC), after the success of run 3."""
    if schedule.kind == Schedule.Kind.EVERY:
        return f"every {_period(schedule.every_seconds or 0)}"
    if schedule.kind == Schedule.Kind.CRON:
        return f"by {schedule.cron} ({schedule.timezone})"
    if schedule.kind == Schedule.Kind.AFTER:
        return f"after {'any end' if schedule.after_any else 'the success'} of run {schedule.after_id}"
    return "once"


def _period(seconds: int) -> str:
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds % size == 0:
            count = seconds // size
            return name if count == 1 else f"{count} {name}s"
    return f"{seconds / 3600:.3g} hours" if seconds >= 3600 else f"{seconds} seconds"
