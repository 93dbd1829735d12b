"""What a run's page and file say about its costs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from experiments.alignment.spending import AMOUNTS, Purpose, Spent
from experiments.models import Iteration, Run
from experiments.services.costs import Ledger

CSV_HEAD = ("iteration", "phase", "stage", "purpose", *AMOUNTS)


@dataclass(frozen=True)
class CostRow:
    """One line of the table: an iteration of the loop, or a sum."""

    label: str
    spent: Spent
    total: bool = False


def cost_rows(run: Run, iterations: Iterable[Iteration]) -> list[CostRow]:
    """The loop by iteration and in all, and measuring in all; nothing where costs were not counted from the start."""
    ledger = Ledger([run])
    if not ledger.counted(run.pk):
        return []
    loop: Purpose = "loop"
    rounds = [
        CostRow(f"iteration {one.index}", ledger.of(run.pk, loop, one.index))
        for one in iterations
        if one.index and ledger.of(run.pk, loop, one.index)
    ]
    loops = CostRow("the loop in all", ledger.until(run.pk, loop), total=True)
    measuring = CostRow("measuring it", ledger.until(run.pk, "measurement"), total=True)
    return [*rounds, loops, measuring]


def cost_csv(run: Run) -> Iterable[Sequence[object]]:
    """Every stage of every iteration, by whose cost it is."""
    return run.costs.values_list(*CSV_HEAD)
