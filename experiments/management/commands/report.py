"""`manage.py report`: one run as a document."""

from typing import Any

from django.core.management.base import CommandParser

from experiments.management.arguments import find_run
from experiments.management.base import PlumblineCommand, shown, table
from experiments.services.report import report

HEAD = ("run", "name", "recipe", "status", "seed", "created", "started", "ended", "wall_seconds", "error")


class Command(PlumblineCommand):
    """What was run, on what, and what each iteration measured."""

    help = "Report one run: its settings, iterations, metrics, events and alarms."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run_id", type=int, metavar="RUN")

    def run(self, **options: Any) -> Any:
        return report(find_run(options["run_id"]))

    def text(self, document: Any) -> str:
        head = [f"{name}: {shown(document[name])}" for name in HEAD]
        measured = [
            {"iteration": one["index"], **metric}
            for one in document["iterations"]
            for metric in one["metrics"]
        ]
        alarms = [
            f"alarm in iteration {a['iteration']}: {a['name']} ({a['state']})" for a in document["alarms"]
        ]
        return "\n".join([*head, "", table(measured), *alarms])
