"""One prompt across a run's iterations: how its answer changed, and where it turned right or wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from experiments.models import Candidate, Row, Run, Selection, Signal, Trace
from experiments.moves import Turn, turns
from experiments.services.parts import in_order
from experiments.services.signal_views import CandidateView, candidate_views
from experiments.worddiff import Span, word_diff

BEFORE, FIRST = "before", "first"
MOST_COLUMNS = 60


@dataclass(frozen=True)
class Answer:
    """One iteration's greedy answer, with its changes against the answer it is compared with."""

    trace: Trace
    view: CandidateView | None
    spans: list[Span]
    change: float | None
    length_change: int | None


@dataclass(frozen=True)
class Round:
    """One iteration's samples of a train prompt."""

    trace: Trace
    answers: list[CandidateView]

    @property
    def place(self) -> str:
        return place_of(self.trace)


@dataclass(frozen=True)
class PromptHistory:
    """Everything the page compares. One of `answers` (measured parts) and `rounds` (training) is filled."""

    traces: list[Trace]
    answers: list[Answer]
    rounds: list[Round]
    turns: list[Turn]

    @property
    def phased(self) -> bool:
        """Whether a round asks the prompt in several phases, which then have to be named."""
        return any(trace.phase for trace in self.traces)


def history(run: Run, row: Row, part: str, compare: str = BEFORE) -> PromptHistory:
    """The prompt's traces in this run and part, with their answers; four queries whatever the number."""
    rows = Trace.objects.filter(row=row, part=part, iteration__run=run).select_related("iteration")
    traces = list(rows.order_by("iteration__index", "phase")[:MOST_COLUMNS])
    views = _views(traces)
    if part == "train":
        return PromptHistory(traces, [], [Round(trace, views[trace.pk]) for trace in traces], [])
    found = turns([(trace.iteration.index, trace.value) for trace in traces])
    return PromptHistory(traces, _answers(traces, views, compare), [], found)


def parts_of(run: Run, row: Row) -> list[str]:
    """The parts in which this run asked the prompt."""
    asked = Trace.objects.filter(row=row, iteration__run=run)
    return in_order(asked.order_by("part").values_list("part", flat=True).distinct())


def _views(traces: Sequence[Trace]) -> dict[int, list[CandidateView]]:
    ids = [trace.pk for trace in traces]
    # The raw texts of signals are read for one iteration only, where the page shows them.
    signals = _by_trace(
        Signal.objects.filter(trace__in=ids).only("trace_id", "ordinal", "kind", "about", "value")
    )
    selections = _by_trace(Selection.objects.filter(trace__in=ids))
    candidates = _by_trace(Candidate.objects.filter(trace__in=ids))
    return {pk: candidate_views(candidates[pk], selections[pk], signals[pk]) for pk in ids}


def _by_trace(rows: QuerySet[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for one in rows:
        found[one.trace_id].append(one)
    return found


def _answers(traces: Sequence[Trace], views: dict[int, list[CandidateView]], compare: str) -> list[Answer]:
    answers: list[Answer] = []
    for trace in traces:
        base = None
        if answers:
            base = answers[0] if compare == FIRST else answers[-1]
        answers.append(_answer(trace, next(iter(views[trace.pk]), None), base))
    return answers


def _answer(trace: Trace, view: CandidateView | None, base: Answer | None) -> Answer:
    text = view.candidate.text if view else ""
    if base is None:
        return Answer(trace, view, [Span("equal", text)] if text else [], None, None)
    old = base.view.candidate.text if base.view else ""
    unscored = trace.value is None or base.trace.value is None
    change = None if unscored else trace.value - base.trace.value  # type: ignore[operator]
    return Answer(trace, view, word_diff(old, text), change, trace.length - base.trace.length)


def place_of(trace: Trace) -> str:
    """Where a trace stands among those of its prompt and part: "2", or "2.1" in the second phase of a round."""
    index = trace.iteration.index
    return f"{index}.{trace.phase}" if trace.phase else str(index)


def chosen_trace(traces: Iterable[Trace], at: str, marked: str) -> Trace | None:
    """The trace whose signals are shown: the one at the place `at`, else the reader's own, else the last."""
    rows = list(traces)
    by_place = {place_of(trace): trace for trace in rows}
    by_id = {str(trace.pk): trace for trace in rows}
    return by_place.get(at) or by_id.get(marked) or (rows[-1] if rows else None)
