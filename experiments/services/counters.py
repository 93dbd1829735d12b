"""The counts that pages show of an iteration, set from its rows when a stage is committed."""

from django.db.models import Count, QuerySet, Sum

from experiments.alignment.seeds import digest
from experiments.models import Artefact, Candidate, Iteration, Selection, Signal, Trace

MEASURED = ("probe", "gold", "proxy")


def count_stage(iteration: Iteration, stage: str) -> None:
    """Recounts what a stage has changed; a second call gives the same."""
    changes = _COUNT[stage](iteration)
    if changes:
        Iteration.objects.filter(pk=iteration.pk).update(**changes)


def _rounds(iteration: Iteration) -> QuerySet[Trace]:
    parts = ("train",) if iteration.index else MEASURED
    return Trace.objects.filter(iteration=iteration, part__in=parts)


def _proposed(iteration: Iteration) -> dict[str, object]:
    candidates = Candidate.objects.filter(trace__in=_rounds(iteration))
    ordered = candidates.order_by("trace__phase", "trace__part", "trace__position", "index")
    order = _rounds(iteration).order_by("phase", "part", "position").values_list("row__key", flat=True)
    return {
        "traces": _rounds(iteration).count(),
        "candidates": candidates.count(),
        "order_sha256": digest(list(order)),
        "seeds_sha256": digest(list(ordered.values_list("seed", flat=True))),
    }


def _signalled(iteration: Iteration) -> dict[str, object]:
    signals = Signal.objects.filter(trace__in=_rounds(iteration))
    return {"signals": signals.count(), "unscored": signals.filter(value=None).count()}


def _selected(iteration: Iteration) -> dict[str, object]:
    mine = Selection.objects.filter(iteration=iteration, role="policy")
    dropped = (
        mine.filter(fate="dropped").values_list("reason").annotate(n=Count("pk")).order_by("-n", "reason")
    )
    kept = _rounds(iteration).aggregate(n=Sum("n_kept"))["n"] or 0
    samples = mine.filter(fate__in=("kept", "chosen")).count()
    return {"dropped": dict(dropped), "kept": kept, "samples": samples}


def _learned(iteration: Iteration) -> dict[str, object]:
    made = Artefact.objects.filter(run_id=iteration.run_id, iteration=iteration.index, role="policy")
    return {"steps": made.aggregate(n=Sum("steps"))["n"] or 0}


def _measured(iteration: Iteration) -> dict[str, object]:
    return {} if iteration.index else {**_proposed(iteration), **_signalled(iteration)}


_COUNT = {
    "propose": _proposed,
    "signal": _signalled,
    "select": _selected,
    "learn": _learned,
    "evaluate": _measured,
}
