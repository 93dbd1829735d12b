"""`manage.py schedules`: what will run, and steering it."""

from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandParser

from experiments.alignment.errors import ConfigError
from experiments.management.base import PlumblineCommand
from experiments.management.following import summary
from experiments.models import Schedule
from experiments.services import schedules
from experiments.services.schedule_list import Planned, with_fires

STEERING: dict[str, Callable[[Schedule], None]] = {
    "pause": schedules.pause,
    "resume": schedules.resume,
    "cancel": schedules.cancel,
}


class Command(PlumblineCommand):
    """Without an action, the list of what will run, soonest first."""

    help = "List the schedules; pause, resume or cancel one, or run it now."
    columns = ("schedule", "name", "when", "next", "state", "last_skipped")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", nargs="?", choices=[*STEERING, "run-now"])
        parser.add_argument("schedule_id", nargs="?", type=int, metavar="ID")

    def run(self, **options: Any) -> Any:
        action, pk = options["action"], options["schedule_id"]
        if action is None:
            return [_row(planned) for planned in with_fires([one.schedule for one in schedules.upcoming()])]
        schedule = _find(pk)
        if action == "run-now":
            return summary(schedules.run_now(schedule, by=None))
        if schedule.ended_at:
            raise ConfigError(
                f"Schedule {pk} has ended ({schedule.ended_why}); launch a new one instead.", field="schedule"
            )
        STEERING[action](schedule)
        schedule.refresh_from_db()
        return _row(with_fires([schedule])[0])


def _find(pk: int | None) -> Schedule:
    schedule = Schedule.objects.filter(pk=pk).first() if pk is not None else None
    if schedule is None:
        which = "Say which schedule" if pk is None else f"There is no schedule {pk}"
        raise ConfigError(f"{which}; `manage.py schedules` lists them.", field="schedule")
    return schedule


def _row(planned: Planned) -> dict[str, Any]:
    schedule, last = planned.schedule, planned.last
    return {
        "schedule": schedule.pk,
        "name": schedule.name,
        "when": planned.when,
        "timezone": schedule.timezone,
        "next": schedule.next_at,
        "state": planned.state,
        "launch": schedule.launch,
        "last": last.due_at if last else None,
        "last_run": last.run_id if last else None,
        "last_skipped": (last.skipped or None) if last else None,
    }
