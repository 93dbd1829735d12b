"""`manage.py cancel`: asks a run to end."""

from typing import Any

from django.core.management.base import CommandParser

from experiments.management.arguments import find_run
from experiments.management.base import PlumblineCommand
from experiments.management.following import summary
from experiments.services import runs


class Command(PlumblineCommand):
    """A run that nobody works on ends at once; a worker obeys within seconds."""

    help = "Cancel a run."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run_id", type=int, metavar="RUN")

    def run(self, **options: Any) -> Any:
        run = find_run(options["run_id"])
        runs.cancel(run, by=None)
        run.refresh_from_db()
        return summary(run)
