"""`manage.py retry`: resumes a run where it stopped."""

from typing import Any

from django.core.management.base import CommandParser

from experiments.management.arguments import find_run
from experiments.management.base import PlumblineCommand
from experiments.management.following import follow, summary
from experiments.services import runs


class Command(PlumblineCommand):
    """The same run goes on: what is committed stays, the rest is done."""

    help = "Resume a failed, stopped or cancelled run where it stopped."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run_id", type=int, metavar="RUN")
        parser.add_argument("--wait", action="store_true", help="Follow the run until it ends.")

    def run(self, **options: Any) -> Any:
        run = find_run(options["run_id"])
        runs.retry(run, by=None)
        if options["wait"]:
            self.exit_code = follow([run], self.progress)
        return summary(run)
