"""Stored traces as the kernel's values, in bulk and in order of position."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, cast

from django.db.models import QuerySet

from experiments.alignment import types as kernel
from experiments.models import Candidate, Row, Selection, Signal, Trace
from experiments.services.gold import to_reference

BATCH = 200


def to_prompt(row: Row) -> kernel.Prompt:
    """A row as the loop may see it: references of train rows alone."""
    messages = tuple(kernel.Message(m["role"], m["content"]) for m in row.messages)
    reference = to_reference(row.reference or {}) if row.split == "train" else None
    return kernel.Prompt(row.key, messages, cast(kernel.Split, row.split), reference)


def read_groups(traces: QuerySet[Trace]) -> Iterator[kernel.Group]:
    """Groups of these traces in order of iteration and position, a few queries for every 200 of them."""
    ids = list(traces.order_by("iteration__index", "phase", "position").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        yield from groups_of(ids[start : start + BATCH])


def groups_of(ids: Sequence[int]) -> Iterator[kernel.Group]:
    """The groups of these traces, in this order; four queries however many they are."""
    rows = Trace.objects.select_related("row").in_bulk(ids)
    candidates, signals, selections = (_by_trace(model, ids) for model in (Candidate, Signal, Selection))
    for pk in ids:
        yield kernel.Group(
            prompt=to_prompt(rows[pk].row),
            candidates=tuple(to_candidate(c) for c in candidates[pk]),
            signals=tuple(to_signal(s) for s in signals[pk]),
            selections=tuple(to_selection(s) for s in selections[pk]),
        )


def _by_trace(model: Any, ids: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for item in model.objects.filter(trace_id__in=ids):
        found[item.trace_id].append(item)
    return found


def signals_of(ids: Sequence[int]) -> dict[int, list[kernel.Signal]]:
    """What was said about each of these traces so far; one query, and an empty list for a trace without any."""
    found = _by_trace(Signal, ids)
    return {pk: [to_signal(signal) for signal in found[pk]] for pk in ids}


def _messages(stored: list[dict[str, str]] | None) -> tuple[kernel.Message, ...] | None:
    return None if stored is None else tuple(kernel.Message(m["role"], m["content"]) for m in stored)


def to_candidate(c: Candidate) -> kernel.Candidate:
    """A stored candidate as the kernel's value."""
    return kernel.Candidate(
        c.index,
        c.text,
        c.n_tokens,
        c.role,
        c.model,
        c.parent,
        c.turn,
        c.logprob,
        c.seed,
        cast(Any, c.stop),
        _messages(c.context),
        _messages(c.train_context),
        tuple(to_turn(turn) for turn in c.turns),
    )


def to_turn(stored: dict[str, Any]) -> kernel.Turn:
    """A stored turn as the kernel's value."""
    return kernel.Turn(
        author=stored["author"],
        text=stored["text"],
        prompt=_messages(stored.get("prompt")) or (),
        logprob=stored.get("logprob"),
        options=tuple(stored.get("options") or ()),
        probabilities=tuple(stored.get("probabilities") or ()),
        credit=stored.get("credit", 1.0),
        data=stored.get("data") or {},
    )


def to_signal(s: Signal) -> kernel.Signal:
    """A stored signal as the kernel's value."""
    evidence = kernel.Evidence(s.evidence_kind, s.evidence or {}) if s.evidence_kind else None
    return kernel.Signal(
        s.kind,
        s.source,
        tuple(s.about),
        s.value,
        cast(Any, s.order),
        s.scores,
        s.label,
        s.text,
        evidence,
        s.raw,
        s.parsed,
        s.error,
        s.repeat,
    )


def to_selection(s: Selection) -> kernel.Selection:
    """A stored selection as the kernel's value."""
    return kernel.Selection(tuple(s.about), cast(Any, s.fate), s.reason, s.pair, s.p_chosen, s.weight, s.role)
