"""What the page of one trace shows."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from experiments.models import Artefact, Trace, User
from experiments.services.pairs import pair_views
from experiments.services.parts import PLAIN_ROLE, TRAIN, arm_of, contents, part_words
from experiments.services.signal_views import candidate_views, signal_list


def trace_context(trace: Trace, user: User) -> dict[str, Any]:
    """Candidates, signals, selections and the checkpoint behind them; a fixed number of queries."""
    every = list(trace.signals.all())
    signals = signal_list(trace, user, every)
    return {
        "trace": trace,
        "part": part_words(trace.part),
        "phases": contents(trace.iteration).phases_of(trace.part),
        "messages_shown": trace.row.messages,
        "answers": candidate_views(trace.candidates.all(), trace.selections.all(), every),
        "signals": signals,
        "pairs": pair_views(every),
        "reviewed": signals.reviewed,
        "checkpoint": checkpoint_of(trace),
        "arm": arm_of(trace.part),
    }


def checkpoint_of(trace: Trace) -> Artefact | None:
    """The checkpoint that wrote the answers: the newest of its role by then; None for the base model.

    Samples of a round come from the checkpoint before it, or from an earlier phase of the same round; everything
    measured is measured on the round's own.
    """
    index = trace.iteration.index
    made = Artefact.objects.filter(run_id=trace.iteration.run_id, role=arm_of(trace.part) or PLAIN_ROLE)
    if trace.part == TRAIN:
        made = made.filter(Q(iteration__lt=index) | Q(iteration=index, phase__lt=trace.phase))
    return made.filter(iteration__lte=index).order_by("-iteration", "-phase").first()
