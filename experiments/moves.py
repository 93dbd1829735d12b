"""What an iteration changed: the prompts that moved most, both ways, and how the changes are spread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from experiments.models import Candidate, Iteration, Trace

MOVED = 6
RIGHT, WRONG = 1.0, 0.0


@dataclass(frozen=True)
class Move:
    """One prompt before and after: the first answers of either iteration and the numbers that lists show."""

    trace: Trace
    before: str
    after: str
    value_before: float | None


@dataclass(frozen=True)
class Moves:
    """The prompts that rose most and those that fell most, each the largest change first."""

    better: list[Move]
    worse: list[Move]


@dataclass(frozen=True)
class Turn:
    """An iteration in which a prompt's answer became right, or stopped being it."""

    iteration: int
    fixed: bool

    @property
    def words(self) -> str:
        return f"{'fixed' if self.fixed else 'broken'} in iteration {self.iteration}"


def moved_most(iteration: Iteration, part: str, count: int = MOVED, phase: int = 0) -> Moves:
    """From Trace.delta: at most `count` prompts each way, with their answers, in five queries at most."""
    rows = Trace.objects.filter(iteration=iteration, part=part, phase=phase).select_related("iteration")
    better = list(rows.filter(delta__gt=0).order_by("-delta", "-pk")[:count])
    worse = list(rows.filter(delta__lt=0).order_by("delta", "pk")[:count])
    earlier = _earlier(iteration, part, phase, better + worse)
    texts = _first_answers([*better, *worse, *earlier.values()])
    return Moves([_move(t, earlier, texts) for t in better], [_move(t, earlier, texts) for t in worse])


def _earlier(iteration: Iteration, part: str, phase: int, traces: Sequence[Trace]) -> dict[int, Trace]:
    """The same prompts one iteration before, by row."""
    before = Trace.objects.filter(
        iteration__run_id=iteration.run_id,
        iteration__index=iteration.index - 1,
        part=part,
        phase=phase,
        row__in=[trace.row_id for trace in traces],
    )
    return {trace.row_id: trace for trace in before}


def _first_answers(traces: Iterable[Trace]) -> dict[int, str]:
    ids = [trace.pk for trace in traces]
    return dict(Candidate.objects.filter(trace__in=ids, index=0).values_list("trace_id", "text"))


def _move(trace: Trace, earlier: dict[int, Trace], texts: dict[int, str]) -> Move:
    before = earlier.get(trace.row_id)
    text = texts.get(before.pk, "") if before else ""
    return Move(trace, text, texts.get(trace.pk, ""), before.value if before else None)


def all_deltas(iteration: Iteration, part: str, phase: int = 0) -> list[float | None]:
    """The change of every prompt of a part; None where either side was unscored or not asked."""
    rows = Trace.objects.filter(iteration=iteration, part=part, phase=phase)
    return list(rows.values_list("delta", flat=True))


def turns(values: Sequence[tuple[int, float | None]]) -> list[Turn]:
    """Where a verdict turned from wrong (0) to right (1) or back; unscored iterations are stepped over."""
    found: list[Turn] = []
    last: float | None = None
    for iteration, value in values:
        if value not in (RIGHT, WRONG):
            continue
        if last is not None and value != last:
            found.append(Turn(iteration, fixed=value == RIGHT))
        last = value
    return found
