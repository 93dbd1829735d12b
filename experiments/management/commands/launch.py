"""`manage.py launch`: starts a run or a sweep, or plans one."""

from typing import Any

from django.core.management.base import CommandParser

from experiments.alignment.errors import ConfigError
from experiments.management import arguments
from experiments.management.base import PlumblineCommand
from experiments.management.following import answer_start, follow, summary
from experiments.models import Run
from experiments.services.launch import LaunchRequest, launch_sweep
from experiments.services.pipelines import start
from experiments.services.schedules import Timing, create_schedule


class Command(PlumblineCommand):
    """One run, a sweep of them, or a schedule; all or nothing."""

    help = "Start a run, a sweep of runs, or plan one for later."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("recipe", help="A recipe's name; `manage.py recipes` lists them.")
        parser.add_argument("--model", required=True, help="The registered model that answers and learns.")
        parser.add_argument(
            "--dataset", required=True, help='A data set\'s name, or "name@3" for a version of it.'
        )
        arguments.add_launch_arguments(parser)
        parser.add_argument("--seeds", metavar="N,N", help="A sweep: one run a seed.")
        parser.add_argument(
            "--vary", action="append", default=[], metavar="KEY=A,B", help="A sweep: one run a value."
        )
        arguments.add_timing_arguments(parser)

    def run(self, **options: Any) -> Any:
        request = arguments.request(
            recipe=options["recipe"],
            model=options["model"],
            dataset=options["dataset"],
            seed=options["seed"] or 0,
            name=options["name"] or "",
            roles=arguments.pairs(options["role"], "--role"),
            settings=arguments.settings(options["set"]),
            use=arguments.uses(options["use"]),
            make=arguments.makes(options["use"]),
        )
        seeds, vary = arguments.seeds(options["seeds"]), arguments.varied(options["vary"])
        timing = arguments.timing(options)
        if timing:
            return self._plan(request, timing, immediate=bool(seeds or vary or options["wait"]))
        if seeds or vary:
            runs = launch_sweep(request, seeds, vary, by=None)
            self._wait(runs, options)
            return {"sweep": runs[0].sweep, "runs": [summary(run) for run in runs]}
        answer, self.exit_code = answer_start(start(request, by=None), options["wait"], self.progress)
        return answer

    def _plan(self, request: LaunchRequest, timing: Timing, immediate: bool) -> Any:
        if immediate:
            raise ConfigError(
                "--seeds, --vary and --wait are for runs that start now; leave the schedule away.", field="at"
            )
        schedule = create_schedule(request, timing, by=None)
        return {"schedule": schedule.pk, "name": schedule.name, "next": schedule.next_at}

    def _wait(self, runs: list[Run], options: dict[str, Any]) -> None:
        if options["wait"]:
            self.exit_code = follow(runs, self.progress)
