"""The kernel's values as rows, in bulk: the only code that writes traces.

Foreign text and numbers pass through one function on their way in: what a database refuses becomes a visible
escape, and a number that is not finite becomes an unscored signal with its reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from experiments.alignment import types as kernel
from experiments.alignment.evaluators.task import GOLD
from experiments.alignment.foreign import admit_json, admit_number, admit_text
from experiments.models import Candidate, Iteration, Row, Selection, Signal, Trace
from experiments.services.groups import signals_of


def write_groups(
    iteration: Iteration,
    phase: int,
    part: str,
    start: int,
    rows: Sequence[Row],
    groups: Sequence[kernel.Group],
) -> list[Trace]:
    """New traces at positions from `start` on, with their candidates and any signals. Call inside a transaction."""
    before = _values_before(iteration, phase, part, rows)
    traces = Trace.objects.bulk_create(
        _trace(iteration, phase, part, start + offset, row, group, before)
        for offset, (row, group) in enumerate(zip(rows, groups, strict=True))
    )
    pairs = list(zip(traces, groups, strict=True))
    Candidate.objects.bulk_create((_candidate(t, c) for t, g in pairs for c in g.candidates), batch_size=500)
    Signal.objects.bulk_create(
        (_signal(t, i, s) for t, g in pairs for i, s in enumerate(g.signals)), batch_size=500
    )
    return traces


def _values_before(
    iteration: Iteration, phase: int, part: str, rows: Sequence[Row]
) -> dict[int, float | None]:
    before = Trace.objects.filter(
        iteration__run_id=iteration.run_id,
        iteration__index=iteration.index - 1,
        phase=phase,
        part=part,
        row_id__in=[row.pk for row in rows],
    ).exclude(value=None)
    return dict(before.values_list("row_id", "value"))


def _trace(
    iteration: Iteration,
    phase: int,
    part: str,
    position: int,
    row: Row,
    group: kernel.Group,
    before: dict[int, float | None],
) -> Trace:
    trace = Trace(
        iteration=iteration,
        phase=phase,
        part=part,
        position=position,
        row=row,
        title=row.title,
        n_candidates=len(group.candidates),
        length=_mean_length(group.candidates),
    )
    return _score(trace, group.signals, before.get(row.pk))


def _mean_length(candidates: Sequence[kernel.Candidate]) -> int:
    return round(sum(c.n_tokens for c in candidates) / len(candidates)) if candidates else 0


def _score(trace: Trace, signals: Sequence[kernel.Signal], before: float | None) -> Trace:
    trace.value = headline(signals)
    trace.n_unscored = sum(_finite(s.value)[0] is None for s in signals)
    trace.delta = None if trace.value is None or before is None else trace.value - before
    return trace


def headline(signals: Iterable[kernel.Signal]) -> float | None:
    """The one number of a trace: the mean verdict of the task's check, else the mean of the loop's own scores."""
    scored = [s for s in signals if len(s.about) == 1 and _finite(s.value)[0] is not None]
    verdicts = [s.value for s in scored if s.kind == GOLD and s.value is not None]
    values = verdicts or [s.value for s in scored if s.value is not None]
    return sum(values) / len(values) if values else None


def _finite(value: float | None) -> tuple[float | None, str]:
    return (None, "") if value is None else admit_number(value)


def _candidate(trace: Trace, c: kernel.Candidate) -> Candidate:
    return Candidate(
        trace=trace,
        index=c.index,
        parent=c.parent,
        role=c.role,
        turn=c.turn,
        text=admit_text(c.text),
        n_tokens=c.n_tokens,
        logprob=_finite(c.logprob)[0],
        seed=c.seed,
        stop=c.stop,
        model=c.model,
        context=_messages(c.context),
        train_context=_messages(c.train_context),
        turns=[_turn(turn) for turn in c.turns],
    )


def _messages(messages: Sequence[kernel.Message] | None) -> list[dict[str, str]] | None:
    return (
        None if messages is None else [{"role": m.role, "content": admit_text(m.content)} for m in messages]
    )


def _json(value: Any) -> Any:
    """As a database takes it; what JSON cannot hold (a model that diverged gives NaN) leaves its reason behind."""
    try:
        return admit_json(dict(value) if isinstance(value, Mapping) else value)
    except ValueError as error:
        return {"refused": str(error)} if isinstance(value, Mapping) else []


def _turn(turn: kernel.Turn) -> dict[str, Any]:
    """Only what the turn has: episodes are long, and most turns lack most of it."""
    stored = {
        "author": turn.author,
        "text": admit_text(turn.text),
        "prompt": _messages(turn.prompt or None),
        "logprob": _finite(turn.logprob)[0],
        "options": _json(turn.options),
        "probabilities": _json(turn.probabilities),
        "data": _json(turn.data),
    }
    kept = {key: value for key, value in stored.items() if value or key == "text"}
    return kept if turn.credit == 1.0 else {**kept, "credit": turn.credit}


def _signal(trace: Trace, ordinal: int, s: kernel.Signal) -> Signal:
    value, refused = _finite(s.value)
    return Signal(
        trace=trace,
        ordinal=ordinal,
        kind=s.kind,
        source=admit_text(s.source)[:160],
        about=list(s.about),
        order=s.order,
        value=value,
        scores={k: v for k, v in s.scores.items() if _finite(v)[0] is not None},
        label=admit_text(s.label)[:120],
        text=admit_text(s.text),
        evidence_kind=s.evidence.kind if s.evidence else "",
        evidence=_json(s.evidence.data) if s.evidence else None,
        raw=admit_text(s.raw),
        parsed=s.parsed and not refused,
        error=admit_text(s.error or refused),
        repeat=s.repeat,
    )


def write_signals(traces: Sequence[Trace], said: Sequence[Sequence[kernel.Signal]]) -> None:
    """Signals behind those that came with the traces, and the numbers that lists show. Call inside a transaction."""
    if not traces:
        return
    first = traces[0].iteration
    before = _values_before(first, traces[0].phase, traces[0].part, [trace.row for trace in traces])
    earlier = signals_of([trace.pk for trace in traces])
    pairs = [(trace, earlier[trace.pk], some) for trace, some in zip(traces, said, strict=True)]
    Signal.objects.bulk_create(
        (_signal(t, i, s) for t, there, some in pairs for i, s in enumerate(some, len(there))), batch_size=500
    )
    for trace, there, some in pairs:
        _score(trace, [*there, *some], before.get(trace.row_id))
    Trace.objects.bulk_update(traces, ["value", "delta", "n_unscored"], batch_size=200)


def write_selections(traces: Sequence[Trace], picked: Sequence[Sequence[kernel.Selection]]) -> None:
    """The fates of candidates. Call inside a transaction."""
    pairs = list(zip(traces, picked, strict=True))
    Selection.objects.bulk_create(
        (_selection(t, i, s) for t, some in pairs for i, s in enumerate(some)), batch_size=500
    )
    for trace, some in pairs:
        kept = {i for s in some if s.role == "policy" and s.fate in ("kept", "chosen") for i in s.about}
        trace.n_kept = len(kept)
    Trace.objects.bulk_update(traces, ["n_kept"], batch_size=200)


def _selection(trace: Trace, ordinal: int, s: kernel.Selection) -> Selection:
    return Selection(
        trace=trace,
        iteration_id=trace.iteration_id,
        ordinal=ordinal,
        role=s.role,
        about=list(s.about),
        fate=s.fate,
        reason=s.reason[:120],
        pair=s.pair,
        p_chosen=s.p_chosen,
        weight=s.weight,
    )
