"""Prints a run's traces, one JSON document a line."""

import json
import os
import sys
from typing import Any

from django.core.management.base import CommandParser

from experiments.alignment.errors import ConfigError
from experiments.management.base import PlumblineCommand, plain
from experiments.models import Run
from experiments.services.traces import trace_documents


class Command(PlumblineCommand):
    """Streams, so that a run of any size goes through a pipe."""

    help = "Prints the traces of a run as JSON lines: prompt, answers, signals, selections."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run_id", type=int, metavar="RUN", help="Number of the run.")
        parser.add_argument("--iteration", type=int, metavar="N", help="This iteration alone.")

    def run(self, **options: Any) -> Any:
        run = Run.objects.filter(pk=options["run_id"]).first()
        if run is None:
            raise ConfigError(f"There is no run {options['run_id']}; `manage.py runs` lists them.", "run")
        wanted = options["iteration"]
        if wanted is not None and not run.iterations.filter(index=wanted).exists():
            raise ConfigError(f"Run {run.pk} has no iteration {wanted}.", "iteration")
        return trace_documents(run, wanted)

    def answer(self, document: Any, as_json: bool) -> None:
        try:
            for one in document:
                self.stdout.write(json.dumps(one, ensure_ascii=False, default=plain, allow_nan=False))
        except BrokenPipeError:
            # The reader had enough (`| head`); nothing more may be flushed into the closed pipe at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
