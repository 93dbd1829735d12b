"""`manage.py delete`: deletes a run with everything it recorded."""

from typing import Any

from django.core.management.base import CommandParser

from experiments.management.arguments import find_run
from experiments.management.base import PlumblineCommand
from experiments.services import runs


class Command(PlumblineCommand):
    """Refused while the run goes or another run uses its artefacts."""

    help = "Delete a run with its traces, metrics and checkpoints. This cannot be undone."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run_id", type=int, metavar="RUN")

    def run(self, **options: Any) -> Any:
        run = find_run(options["run_id"])
        pk, name = run.pk, run.name
        runs.delete_run(run, by=None)
        return {"run": pk, "name": name, "deleted": True}
