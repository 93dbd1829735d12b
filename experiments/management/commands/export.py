"""Takes training samples or a checkpoint out of a run."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from experiments.alignment.errors import ConfigError
from experiments.management.base import PlumblineCommand
from experiments.models import Run
from experiments.services.exports import FORMATS, FORMS, WHAT, export


class Command(PlumblineCommand):
    """Whole or not at all; never over something that is there."""

    help = "Writes a run's samples, as TRL's data set types, or a checkpoint to a path, with a card beside or in it."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run_id", type=int, metavar="RUN", help="Number of the run.")
        parser.add_argument("--what", required=True, choices=WHAT, help="What to take out.")
        parser.add_argument(
            "--to", required=True, type=Path, metavar="PATH", help="A path that is not there yet."
        )
        parser.add_argument("--format", choices=FORMATS, default="jsonl", help="Of samples.")
        parser.add_argument(
            "--form",
            choices=FORMS,
            default="adapter",
            help="Of a checkpoint: adapters for PEFT, or one whole model with them merged, for transformers alone.",
        )
        parser.add_argument(
            "--role",
            default="",
            help="Samples: only those that teach this role. A checkpoint: whose, such as reward-model.",
        )
        parser.add_argument("--iteration", type=int, help="Of a checkpoint: which instead of the last.")

    def run(self, **options: Any) -> Any:
        run = Run.objects.select_related("dataset_version__dataset").filter(pk=options["run_id"]).first()
        if run is None:
            raise ConfigError(f"There is no run {options['run_id']}; `manage.py runs` lists them.", "run")
        done = export(
            run,
            options["what"],
            options["to"].expanduser().absolute(),
            options["format"],
            form=options["form"],
            role=options["role"],
            iteration=options["iteration"],
        )
        return {
            "run": run.pk,
            "what": options["what"],
            "path": str(done.path),
            "count": done.count,
            "card": str(done.card),
        }
