"""`manage.py standing`: lists the standing experiments, or launches one."""

from typing import Any

from django.core.management.base import CommandParser

from experiments.management.base import PlumblineCommand
from experiments.management.following import follow, summary
from experiments.services.standing import STANDING, find_standing, launch_standing
from experiments.services.starter import MODEL


class Command(PlumblineCommand):
    """All runs of a standing experiment at once; its page reads them."""

    help = "List the standing experiments, or launch one."
    columns = ("slug", "title", "question")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("experiment", nargs="?", help="Which one to launch; without it they are listed.")
        parser.add_argument("--model", default=MODEL, help="The registered model that it is about.")
        parser.add_argument("--wait", action="store_true", help="Follow the runs until they end.")

    def run(self, **options: Any) -> Any:
        if not options["experiment"]:
            return [{"slug": one.slug, "title": one.title, "question": one.question} for one in STANDING]
        runs = launch_standing(find_standing(options["experiment"]), options["model"], None)
        if options["wait"]:
            self.exit_code = follow(runs, self.progress)
        return {"sweep": runs[0].sweep, "runs": [summary(run) for run in runs]}
