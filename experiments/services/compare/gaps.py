"""How far lines are apart on gold: prompt by prompt where both answered the same ones, and over their seeds."""

import math
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import NamedTuple

from experiments.alignment.diagnostics.findings import LEAST_FOR_MEAN
from experiments.models import Iteration, Trace
from experiments.services.compare.lines import Line, Stop
from experiments.services.standing.parts import Cell, spread

Verdicts = Mapping[int, float]
"""What each gold prompt scored, by its row; unscored prompts are left out."""


class Place(NamedTuple):
    """A line at one of its stops."""

    line: Line
    stop: Stop


class Gaps:
    """Differences between the places of a comparison. Their prompts' verdicts are read at once, in two queries."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._verdicts = _verdicts({(run.pk, at.stop.iteration) for at in places for run in at.line.runs})

    def between(self, one: Place, other: Place) -> Cell:
        """One less the other. The interval is the wider of Student's t over the prompts which every seed of both
        scored, paired, and of that over the seeds, where both lines have several.

        With too few such prompts they are compared by their intervals alone.
        """
        first, second = self._by_seed(one), self._by_seed(other)
        rows = sorted(set.intersection(*(set(seed) for seed in (*first, *second))))
        if len(rows) < LEAST_FOR_MEAN:
            return unpaired(one.stop.gold, other.stop.gold)
        by_prompt = [_mean(first, row) - _mean(second, row) for row in rows]
        low, high = spread(by_prompt)
        seeds = _over_seeds(first, second, rows)
        if seeds is not None and seeds.low is not None and seeds.high is not None:
            low, high = min(low, seeds.low), max(high, seeds.high)
        return Cell(value=sum(by_prompt) / len(rows), low=low, high=high, n=len(rows), signed=True)

    def _by_seed(self, place: Place) -> list[Verdicts]:
        return [self._verdicts.get((run.pk, place.stop.iteration), {}) for run in place.line.runs]


def unpaired(one: Cell, other: Cell) -> Cell:
    """One less the other, with an interval from their two (MOVER: Zou & Donner 2008, doi 10.1002/sim.3095).

    It takes the two for independent.
    """
    if one.value is None or other.value is None:
        return Cell(missing="not enough data", signed=True)
    change = one.value - other.value
    if None in (one.low, one.high, other.low, other.high):
        return Cell(value=change, signed=True)
    below = math.hypot(one.value - one.low, other.high - other.value)  # type: ignore[operator]
    above = math.hypot(one.high - one.value, other.value - other.low)  # type: ignore[operator]
    return Cell(value=change, low=change - below, high=change + above, signed=True)


def _verdicts(wanted: Set[tuple[int, int]]) -> dict[tuple[int, int], dict[int, float]]:
    """By run and iteration."""
    runs, indices = {run for run, _ in wanted}, {index for _, index in wanted}
    rounds = Iteration.objects.filter(run__in=runs, index__in=indices).values_list("pk", "run_id", "index")
    places = {pk: (run, index) for pk, run, index in rounds if (run, index) in wanted}
    traces = Trace.objects.filter(iteration__in=places, part="gold", phase=0, value__isnull=False)
    found: dict[tuple[int, int], dict[int, float]] = {place: {} for place in wanted}
    for iteration, row, value in traces.values_list("iteration_id", "row_id", "value"):
        found[places[iteration]][row] = float(value)  # type: ignore[arg-type]
    return found


def _mean(seeds: Sequence[Verdicts], row: int) -> float:
    return sum(seed[row] for seed in seeds) / len(seeds)


def _over_seeds(first: Sequence[Verdicts], second: Sequence[Verdicts], rows: Sequence[int]) -> Cell | None:
    """The difference as the spread between seeds has it; None where one of the lines has a single seed."""
    if min(len(first), len(second)) < 2:
        return None
    return unpaired(_spread(first, rows), _spread(second, rows))


def _spread(seeds: Sequence[Verdicts], rows: Sequence[int]) -> Cell:
    values = [sum(seed[row] for row in rows) / len(rows) for seed in seeds]
    low, high = spread(values)
    return Cell(value=sum(values) / len(values), low=low, high=high)
