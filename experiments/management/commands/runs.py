"""`manage.py runs`: the list of runs."""

from typing import Any

from django.core.management.base import CommandParser

from experiments.management.base import PlumblineCommand
from experiments.models import Run, RunStatus
from experiments.services.run_list import with_gold

MOST = 100


class Command(PlumblineCommand):
    """Runs, newest first."""

    help = "List the runs, newest first."
    columns = ("run", "name", "status", "recipe", "dataset", "seed", "gold_accuracy")

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--status", choices=[str(status) for status in RunStatus.values])
        parser.add_argument("--recipe", help="Only runs of this recipe.")
        parser.add_argument("--sweep", help="Only runs of this sweep.")
        parser.add_argument("--archived", action="store_true", help="Archived runs too.")
        parser.add_argument("--limit", type=int, default=MOST, help=f"So many at most (default {MOST}).")

    def run(self, **options: Any) -> Any:
        rows = with_gold(Run.objects.for_list())
        for name in ("status", "recipe", "sweep"):
            if options[name]:
                rows = rows.filter(**{name: options[name]})
        if not options["archived"]:
            rows = rows.filter(archived_at=None)
        limit = max(1, options["limit"])
        found = list(rows[: limit + 1])
        if len(found) > limit:
            self.progress(f"More than {limit} runs match; --limit shows more.")
        return [_row(run) for run in found[:limit]]


def _row(run: Any) -> dict[str, Any]:
    version = run.dataset_version
    return {
        "run": run.pk,
        "name": run.name,
        "status": run.status,
        "recipe": run.recipe,
        "seed": run.seed,
        "dataset": f"{version.dataset.name}@{version.number}",
        "sweep": run.sweep or None,
        "simulated": run.simulated,
        "created": run.created_at,
        "started": run.started_at,
        "ended": run.ended_at,
        "gold_accuracy": run.gold_value,
    }
