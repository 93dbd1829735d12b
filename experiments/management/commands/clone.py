"""`manage.py clone`: the same run again, with what is to be different."""

from typing import Any

from django.core.management.base import CommandParser

from experiments.management import arguments
from experiments.management.base import PlumblineCommand
from experiments.management.following import answer_start
from experiments.services.pipelines import start
from experiments.services.runs import clone_request


class Command(PlumblineCommand):
    """A new run with the recipe, models, data and settings of another one."""

    help = "Start a run like another one, with some settings changed."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run_id", type=int, metavar="RUN")
        parser.add_argument("--model", help="Another model.")
        parser.add_argument("--dataset", help="Another data set, or another version of it.")
        arguments.add_launch_arguments(parser)

    def run(self, **options: Any) -> Any:
        origin = arguments.find_run(options["run_id"])
        known = clone_request(origin).model_dump()
        known["settings"] |= arguments.settings(options["set"])
        known["roles"] |= arguments.pairs(options["role"], "--role")
        known["use"] |= arguments.uses(options["use"])
        known["make"] = arguments.makes(options["use"])
        changed = {
            name: options[name] for name in ("model", "dataset", "seed", "name") if options[name] is not None
        }
        started = start(arguments.request(**known | changed), by=None, cloned_from=origin)
        answer, self.exit_code = answer_start(started, options["wait"], self.progress)
        return answer
