"""What a report is made of: estimates over seeds, tables of them, and parts with a sentence that the figures decide."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from experiments.alignment.diagnostics.gap_closure import student
from experiments.deltas import Metrics
from experiments.models import Metric, Run


@dataclass(frozen=True)
class Cell:
    """One estimate of a table: a word, or a mean over seeds with its 95 % interval.

    The interval is the wider of Student's t over the seeds and of their own ones over prompts; a single seed shows its
    own. `missing` says in words why there is no number.
    """

    text: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    missing: str = "not measured"
    signed: bool = False

    @property
    def is_text(self) -> bool:
        return bool(self.text)

    @property
    def short(self) -> str:
        """Why there is no number, in few words; the sentence above the table says all of it."""
        return self.missing.partition(":")[0]

    @property
    def shown(self) -> float | None:
        """A count without an interval stays whole."""
        whole = self.value is not None and self.low is None and self.value == int(self.value)
        return int(self.value) if whole and self.value is not None else self.value


@dataclass(frozen=True)
class Table:
    """Rows of cells under their columns; every column has one line that explains it."""

    columns: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Part:
    """One question of a report, the sentence that answers it from the figures, and the table behind it."""

    question: str
    answer: str
    table: Table | None = None
    notes: Sequence[str] = field(default=())


def words(text: str) -> Cell:
    return Cell(text=text)


def over_seeds(found: Sequence[Metric | None], missing: str = "", signed: bool = False) -> Cell:
    """The mean over the seeds' estimates; a seed whose own estimate is undefined makes the cell undefined.

    `missing` says why an estimate may be undefined; without it there was not enough data.
    """
    there = [metric for metric in found if metric is not None]
    known = [metric for metric in there if metric.value is not None]
    if not there:
        return Cell(missing="not measured", signed=signed)
    if len(known) < len(there):
        return Cell(missing=_lacking(len(there) - len(known), len(there), missing), signed=signed)
    values = [metric.value for metric in known if metric.value is not None]
    low, high = _ends(known, values)
    return Cell(value=sum(values) / len(values), low=low, high=high, n=len(values), signed=signed)


def _lacking(missing: int, seeds: int, why: str) -> str:
    lacks = f" in {missing} of {seeds} seeds" if seeds > 1 else ""
    return f"undefined{lacks}: {why}" if why else f"not enough data{lacks}"


def _ends(known: Sequence[Metric], values: Sequence[float]) -> tuple[float | None, float | None]:
    """The wider of the spread between seeds and of the seeds' own intervals over prompts, end by end.

    Seeds that share their prompts may agree by chance; their prompts are no more for it.
    """
    lows, highs = [m.low for m in known if m.low is not None], [m.high for m in known if m.high is not None]
    if len(values) == 1:
        return known[0].low, known[0].high
    low, high = spread(values)
    if len(lows) < len(values) or len(highs) < len(values):
        return low, high
    return min(low, sum(lows) / len(lows)), max(high, sum(highs) / len(highs))


def spread(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the mean of at least two seeds or prompts, by Student's t."""
    n, mean = len(values), sum(values) / len(values)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / (n - 1))
    half = student(n - 1) * deviation / math.sqrt(n)
    return mean - half, mean + half


def side(cell: Cell) -> str:
    """above, below, even or unknown: where the whole interval lies against 0."""
    if cell.value is None or cell.low is None or cell.high is None:
        return "unknown"
    return "above" if cell.low > 0 else "below" if cell.high < 0 else "even"


def figures(cell: Cell) -> str:
    """The estimate in a sentence."""
    if cell.value is None:
        return cell.missing
    sign = "+" if cell.signed else ""
    interval = "" if cell.low is None else f" (95 % interval {cell.low:.2f} to {cell.high:.2f})"
    return f"{cell.value:{sign}.2f}{interval}".replace("-", "\N{MINUS SIGN}")


@dataclass(frozen=True)
class Measured:
    """Finished runs of one kind, a seed each, with their metrics."""

    runs: Sequence[Run]
    metrics: Sequence[Metrics]

    @classmethod
    def of(cls, runs: Iterable[Run]) -> "Measured":
        """Two queries for all of them."""
        there = [run for run in runs if run.status == "succeeded"]
        rows: dict[int, list[Metric]] = {run.pk: [] for run in there}
        for metric in Metric.objects.filter(run__in=there):
            rows[metric.run_id].append(metric)
        return cls(there, [Metrics.of(rows[run.pk]) for run in there])

    @property
    def last(self) -> int:
        """The last iteration that every run has measured accuracy or any other figure at."""
        ends = [max((at for place in one.places.values() for at in place), default=0) for one in self.metrics]
        return min(ends, default=0)

    def cell(self, name: str, split: str, iteration: int, missing: str = "", signed: bool = False) -> Cell:
        """One metric over the seeds."""
        return over_seeds([one.at(name, split, iteration) for one in self.metrics], missing, signed)
