"""What the page of one trace shows."""

from __future__ import annotations

from typing import Any

from experiments.models import Artefact, Trace, User
from experiments.services.signal_views import candidate_views, signal_views

TRAINING = ("train",)


def trace_context(trace: Trace, user: User) -> dict[str, Any]:
    """Candidates, signals, selections and the checkpoint behind them; a fixed number of queries."""
    signals = signal_views(trace, user)
    answers = candidate_views(
        trace.candidates.all(), trace.selections.all(), [view.signal for view in signals]
    )
    return {
        "trace": trace,
        "messages_shown": trace.row.messages,
        "answers": answers,
        "signals": signals,
        "reviewed": [view for view in signals if view.review],
        "checkpoint": checkpoint_of(trace),
        "checkpoint_index": checkpoint_index(trace),
    }


def checkpoint_index(trace: Trace) -> int:
    """Samples of a round come from the checkpoint before it; everything measured is measured on its own."""
    index = trace.iteration.index
    return index - 1 if trace.part in TRAINING else index


def checkpoint_of(trace: Trace) -> Artefact | None:
    """The checkpoint that wrote the answers; None for the base model."""
    role = "control" if trace.part.startswith("control") else "policy"
    return Artefact.objects.filter(
        run_id=trace.iteration.run_id, kind="checkpoint", role=role, iteration=checkpoint_index(trace)
    ).first()
