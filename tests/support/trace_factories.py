"""Traces, candidates, signals, selections and reviews for tests; used through `tests.support.factories`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from experiments import models as m

BY_ROUND = object()


def make_traces(iteration: m.Iteration) -> None:
    """Greedy answers to every probe and gold row; two candidates with a preference for every train row."""
    rows = list(iteration.run.dataset_version.rows.order_by("position"))
    for row in rows:
        if row.split != "train":
            make_answer(iteration, row, row.split)
        elif iteration.index:
            make_round(iteration, row)
    recount(iteration)


def make_answer(
    iteration: m.Iteration, row: m.Row, part: str, text: str = "", value: Any = BY_ROUND, **fields: Any
) -> m.Trace:
    """One greedy answer with its verdict: by default 0 before training and 1 after; None for unscored."""
    value = float(iteration.index > 0) if value is BY_ROUND else value
    text = text or f"Rain falls{' softly' * iteration.index}, in round {iteration.index}."
    trace = make_trace(iteration, row, part, answers=[text], value=value, **fields)
    make_signal(
        trace,
        kind="verifier",
        source="rule",
        about=[0],
        value=value,
        raw="",
        text="no comma found",
        ordinal=0,
    )
    return trace


def make_round(iteration: m.Iteration, row: m.Row) -> m.Trace:
    """Two sampled candidates, verified, judged (the second judgement unreadable) and made a pair."""
    trace = make_trace(
        iteration, row, "train", answers=["A good answer", "A bad, bad answer"], value=0.5, n_kept=1
    )
    make_signal(trace, kind="verifier", source="rule", about=[0], value=1.0, raw="", text="rule kept")
    make_signal(trace, kind="verifier", source="rule", about=[1], value=0.0, raw="", text="rule broken")
    make_signal(
        trace, kind="judge_rating", source="helpful-5 v3", about=[0], value=3.7, raw="Short. Score: 3.7"
    )
    make_signal(
        trace,
        kind="judge_rating",
        source="helpful-5 v3",
        about=[1],
        value=None,
        raw="Great!",
        parsed=False,
        error="no number",
    )
    make_selection(trace, [0], "chosen", "best score", pair=0)
    make_selection(trace, [1], "rejected", "worst score", pair=0)
    return trace


def make_trace(
    iteration: m.Iteration, row: m.Row, part: str = "train", *, answers: Sequence[str] = (), **fields: Any
) -> m.Trace:
    """A trace at the next free position of its part, with one candidate an answer and the delta computed."""
    same = m.Trace.objects.filter(iteration=iteration, part=part, phase=fields.get("phase", 0))
    earlier = m.Trace.objects.filter(
        iteration__run_id=iteration.run_id, iteration__index=iteration.index - 1, row=row, part=part
    ).first()
    known = {
        "position": same.count(),
        "title": row.title,
        "n_candidates": len(answers),
        "length": sum(len(text.split()) for text in answers) // max(1, len(answers)),
    }
    value = fields.get("value")
    if earlier is not None and earlier.value is not None and value is not None:
        known["delta"] = value - earlier.value
    trace = m.Trace.objects.create(iteration=iteration, row=row, part=part, **(known | fields))
    for index, text in enumerate(answers):
        make_candidate(trace, text, index=index)
    return trace


def make_candidate(trace: m.Trace, text: str, **fields: Any) -> m.Candidate:
    """The next answer of a trace."""
    known = {
        "index": trace.candidates.count(),
        "n_tokens": len(text.split()),
        "logprob": -1.5,
        "model": "a" * 64,
    }
    return m.Candidate.objects.create(trace=trace, text=text, **(known | fields))


def make_signal(trace: m.Trace, **fields: Any) -> m.Signal:
    """The next signal of a trace: by default a judge's rating of its first candidate."""
    known = {
        "ordinal": trace.signals.count(),
        "kind": "judge_rating",
        "source": "helpful-5 v3",
        "about": [0],
        "value": 3.0,
        "raw": "Score: 3",
    }
    return m.Signal.objects.create(trace=trace, **(known | fields))


def make_selection(trace: m.Trace, about: list[int], fate: str, reason: str, **fields: Any) -> m.Selection:
    """The next selection of a trace."""
    known = {"ordinal": trace.selections.count(), "iteration": trace.iteration}
    return m.Selection.objects.create(trace=trace, about=about, fate=fate, reason=reason, **(known | fields))


def make_review(signal: m.Signal, reviewer: m.User, verdict: str = "agree", note: str = "") -> m.Review:
    """One member's answer to one signal."""
    return m.Review.objects.create(signal=signal, reviewer=reviewer, verdict=verdict, note=note)


def recount(iteration: m.Iteration) -> None:
    """Sets an iteration's counts from its rows."""
    traces = m.Trace.objects.filter(iteration=iteration)
    mine = m.Selection.objects.filter(iteration=iteration, role="policy")
    dropped = Counter(mine.filter(fate="dropped").values_list("reason", flat=True))
    signals = m.Signal.objects.filter(trace__iteration=iteration)
    iteration.traces = traces.count()
    iteration.candidates = m.Candidate.objects.filter(trace__iteration=iteration).count()
    iteration.signals, iteration.unscored = signals.count(), signals.filter(value=None).count()
    iteration.kept = mine.filter(fate__in=("kept", "chosen")).count()
    iteration.dropped = dict(dropped)
    iteration.save()
