"""Traces as documents: the shape that scripts read, streamed so that a run of any size fits in memory.

Reading them needs the recorded rows alone, never the code of the recipe that made them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from experiments.models import Candidate, Run, Selection, Signal, Trace

BATCH = 200
Document = dict[str, Any]


def trace_documents(run: Run, iteration: int | None = None) -> Iterator[Document]:
    """The run's traces in the order they were written; of one iteration where it is given."""
    rows = Trace.objects.select_related("iteration", "row").prefetch_related(
        "candidates", "signals", "selections"
    )
    for part in (
        run.iterations.order_by("index") if iteration is None else run.iterations.filter(index=iteration)
    ):
        yield from map(document, _in_batches(rows.filter(iteration=part)))


def _in_batches(rows: QuerySet[Trace]) -> Iterator[Trace]:
    """All rows by primary key; at most one batch, with what hangs on it, is held at a time."""
    after = 0
    while batch := list(rows.filter(pk__gt=after).order_by("pk")[:BATCH]):
        yield from batch
        after = batch[-1].pk


def document(trace: Trace) -> Document:
    """One trace. Candidates are named by their place in it, to which signals and selections refer."""
    return {
        "trace": trace.pk,
        "iteration": trace.iteration.index,
        "part": trace.part,
        "position": trace.position,
        "prompt": {"id": trace.row.key, "text": prompt_text(trace.row.messages), "split": trace.row.split},
        "candidates": [_candidate(candidate) for candidate in trace.candidates.all()],
        "signals": [_signal(signal) for signal in trace.signals.all()],
        "selections": [_selection(selection) for selection in trace.selections.all()],
    }


def prompt_text(messages: list[dict[str, str]]) -> str:
    """The last thing the user said."""
    return next((m["content"] for m in reversed(messages) if m["role"] == "user"), "")


def _candidate(candidate: Candidate) -> Document:
    """The turns of an episode, a debate or a game stand in it where there are any."""
    turns = {"turns": candidate.turns} if candidate.turns else {}
    return {
        "id": candidate.index,
        "parent": candidate.parent,
        "role": candidate.role,
        "turn": candidate.turn,
        "text": candidate.text,
        "n_tokens": candidate.n_tokens,
        "logprob": candidate.logprob,
        "model": candidate.model or None,
        **turns,
    }


def _signal(signal: Signal) -> Document:
    evidence = {"kind": signal.evidence_kind, "data": signal.evidence} if signal.evidence_kind else None
    return {
        "id": signal.pk,
        "kind": signal.kind,
        "source": signal.source,
        "candidates": signal.about,
        "order": signal.order,
        "value": signal.value,
        "scores": signal.scores,
        "label": signal.label or None,
        "text": signal.text or None,
        "evidence": evidence,
        "raw": signal.raw or None,
        "parsed": signal.parsed,
        "error": signal.error or None,
    }


def _selection(selection: Selection) -> Document:
    return {"candidates": selection.about, "as": selection.fate, "reason": selection.reason}
