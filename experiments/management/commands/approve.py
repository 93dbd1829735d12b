"""`manage.py approve`: lets a paused run go on."""

from typing import Any

from django.core.management.base import CommandParser

from experiments.management.arguments import find_run
from experiments.management.base import PlumblineCommand
from experiments.management.following import follow, summary
from experiments.services import runs


class Command(PlumblineCommand):
    """A gate paused the run; somebody looked and lets it go on."""

    help = "Let a run go on that a gate paused."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run_id", type=int, metavar="RUN")
        parser.add_argument("--wait", action="store_true", help="Follow the run until it ends.")

    def run(self, **options: Any) -> Any:
        run = find_run(options["run_id"])
        runs.approve(run, by=None)
        if options["wait"]:
            self.exit_code = follow([run], self.progress)
        return summary(run)
