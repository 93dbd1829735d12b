"""`manage.py compare`: runs side by side at equal cost."""

from typing import Any

from django.core.management.base import CommandParser

from experiments.alignment.errors import ConfigError
from experiments.management.base import PlumblineCommand, shown, table
from experiments.models import Run
from experiments.services.compare import AXES, MOST_RUNS, compare, document, find_axis
from experiments.services.compare.choice import in_order


class Command(PlumblineCommand):
    """The same as the comparison's page; the first line is what the others are compared with."""

    help = "Compare runs by gold accuracy at equal cost."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("runs", type=int, nargs="*", metavar="RUN")
        parser.add_argument("--sweep", default="", help="The runs of this sweep instead.")
        parser.add_argument(
            "--axis", default=AXES[0].name, help=f"The cost: {', '.join(axis.name for axis in AXES)}."
        )
        parser.add_argument(
            "--budget", type=float, help="So much of it; by default what the first to end spent."
        )
        parser.add_argument("--level", type=float, help="The level of gold whose cost is asked for, 0 to 1.")

    def run(self, **options: Any) -> Any:
        axis = find_axis(options["axis"])
        found = compare(_runs(options["runs"], options["sweep"]), axis, options["budget"], options["level"])
        return document(found)

    def text(self, document: Any) -> str:
        rows = [_row(line) for line in document["lines"]]
        left = [f"run {one['run']} is not compared: {one['why']}" for one in document["left_out"]]
        head = [f"{name}: {shown(document[name])}" for name in ("axis", "budget", "level")]
        return "\n".join(
            [*head, "", table(rows), *left, *([document["sentence"]] if document["sentence"] else [])]
        )


def _runs(ids: list[int], sweep: str) -> list[Run]:
    """Raises ConfigError for none, for too many, and for a number that is no run's."""
    if sweep:
        ids = list(Run.objects.filter(sweep=sweep).order_by("id").values_list("pk", flat=True))
    if not ids:
        raise ConfigError("No run was named; give the numbers of two or more, or a --sweep.", field="run")
    if len(ids) > MOST_RUNS:
        raise ConfigError(
            f"{len(ids)} runs are more than the {MOST_RUNS} that are compared at once.", field="run"
        )
    found = in_order(Run.objects.all(), ids)
    missing = set(ids) - {run.pk for run in found}
    if missing:
        raise ConfigError(f"There is no run {min(missing)}; `manage.py runs` lists them.", field="run")
    return found


def _row(line: dict[str, Any]) -> dict[str, Any]:
    there = line["at_budget"] or {"iteration": None, "gold": {"value": None, "low": None, "high": None}}
    against = line["against_first"] or {"value": None}
    return {
        "line": line["name"],
        "runs": " ".join(map(str, line["runs"])),
        "iteration": there["iteration"],
        "gold": _rounded(there["gold"]["value"]),
        "low": _rounded(there["gold"]["low"]),
        "high": _rounded(there["gold"]["high"]),
        "against_first": _rounded(against["value"]),
        "level_reached_at": line["level_reached_at"],
        "note": line["missing"],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
