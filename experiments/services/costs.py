"""What runs spent, in their rows: added up chunk by chunk, and read for reports, pages and comparisons."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from itertools import accumulate
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from experiments.alignment.composition import Composition
from experiments.alignment.registry import get_recipe
from experiments.alignment.spending import (
    AMOUNTS,
    Purpose,
    Spent,
    labels_by_learner,
    labels_serve,
    reads_labels,
    reads_votes,
    yardsticks,
)
from experiments.models import Cost, Iteration, Row, Run, Selection, Trace, Work

ByIteration = dict[int, Spent]


def add(work: Work, spent: Mapping[Purpose, Spent]) -> None:
    """Adds to what the stage has spent; call it inside the transaction that commits what was bought by it."""
    for purpose, amount in spent.items():
        row = _place(work, purpose)
        added = {name: F(name) + getattr(amount, name) for name in AMOUNTS}
        if not Cost.objects.filter(**row).update(**added):
            with transaction.atomic():
                Cost.objects.get_or_create(**row)
            Cost.objects.filter(**row).update(**added)


def _place(work: Work, purpose: Purpose) -> dict[str, Any]:
    return {
        "run_id": work.run_id,
        "iteration": work.iteration,
        "phase": work.phase,
        "stage": work.stage,
        "purpose": purpose,
    }


def count_labels(work: Work) -> None:
    """Sets the labels that a finished stage was the first of its run to read; a second call gives the same."""
    recipe = get_recipe(work.run.recipe)
    composition = recipe.composition(recipe.configure(work.run.config))
    for purpose in _reads(work, composition):
        labels = _first_read(work, composition, purpose)
        Cost.objects.update_or_create(**_place(work, purpose), defaults={"labels": labels})


def _reads(work: Work, composition: Composition) -> tuple[Purpose, ...]:
    """Whose labels a stage reads."""
    if work.stage == "evaluate":
        return ("measurement",) if work.run.dataset_version.verifier != "none" else ()
    phase = composition.phases[work.phase]
    if not reads_labels(phase):
        return ()
    if labels_by_learner(phase, composition):
        return ("loop", "measurement") if work.stage == "select" else ()
    reading = "propose" if phase.proposes_by_reference else "signal"
    return (labels_serve(phase, composition),) if work.stage == reading else ()


def _first_read(work: Work, composition: Composition, purpose: Purpose) -> int:
    """Labels of the rows that no earlier stage read for the same purpose."""
    asked = Trace.objects.filter(iteration__run=work.run)
    if work.stage == "evaluate":
        asked, now = asked.exclude(part="train"), {"iteration__index": work.iteration}
        before = asked.filter(iteration__index__lt=work.iteration)
    else:
        asked = _read_in_training(asked, composition, purpose)
        now = {"iteration__index": work.iteration, "phase": work.phase}
        earlier = asked.filter(iteration__index=work.iteration, phase__lt=work.phase)
        before = asked.filter(iteration__index__lt=work.iteration) | earlier
    rows = asked.filter(**now).exclude(row__in=before.values("row"))
    found = Row.objects.filter(pk__in=rows.values("row"))
    voted = work.stage != "evaluate" and reads_votes(composition.phases[work.phase])
    return _votes_in(found) if voted else found.count()


def _read_in_training(traces: QuerySet[Trace], composition: Composition, purpose: Purpose) -> QuerySet[Trace]:
    """The train traces whose labels were read for this purpose."""
    read = Q(pk__in=[])
    for number, phase in enumerate(composition.phases):
        if not reads_labels(phase):
            continue
        if labels_by_learner(phase, composition):
            read |= Q(phase=number) & _learnt(composition, purpose)
        elif labels_serve(phase, composition) == purpose:
            read |= Q(phase=number)
    return traces.filter(read, part="train")


def _learnt(composition: Composition, purpose: Purpose) -> Q:
    """Traces that the loop keeps something of; for measurement, those of which yardsticks alone do."""
    kept = Selection.objects.filter(trace=OuterRef("pk")).exclude(fate="dropped")
    by_loop = Exists(kept.exclude(role__in=yardsticks(composition)))
    return Q(by_loop) if purpose == "loop" else Q(Exists(kept)) & ~Q(by_loop)


def _votes_in(rows: QuerySet[Row]) -> int:
    """Every vote that people cast; where they cast none, simulated people do, and those are no labels."""
    votes = [reference.get("votes") or {} for reference in rows.values_list("reference", flat=True)]
    return sum(vote is not None for ballots in votes for ballot in ballots.values() for vote in ballot)


class Ledger:
    """What runs spent in each iteration, the loop's apart from measuring's; two queries for all of them.

    A run that was begun before costs were counted is not `counted`: its amounts would be too small.
    """

    def __init__(self, runs: Iterable[Run]) -> None:
        self._spent: dict[tuple[int, str], ByIteration] = {}
        self._sums: dict[tuple[int, str], list[tuple[int, Spent]]] = {}
        self._begun: set[int] = set()
        rows = Cost.objects.filter(run__in=[run.pk for run in runs]).order_by()
        sums = {f"sum_{name}": Sum(name) for name in AMOUNTS}
        places = rows.values_list("run_id", "iteration", "purpose").annotate(**sums)
        for run_id, iteration, purpose, *amounts in places:
            self._spent.setdefault((run_id, purpose), {})[iteration] = Spent(*amounts)
            if iteration == 0:
                self._begun.add(run_id)

    def counted(self, run_id: int) -> bool:
        return run_id in self._begun

    def of(self, run_id: int, purpose: Purpose, iteration: int) -> Spent:
        """What one iteration took."""
        return self._spent.get((run_id, purpose), {}).get(iteration, Spent())

    def until(self, run_id: int, purpose: Purpose, iteration: int | None = None) -> Spent:
        """What the run took up to the end of an iteration, or so far."""
        place = (run_id, purpose)
        if place not in self._sums:
            spent = sorted(self._spent.get(place, {}).items())
            self._sums[place] = list(accumulate(spent, lambda so_far, one: (one[0], so_far[1] + one[1])))
        sums = self._sums[place]
        end = len(sums) if iteration is None else bisect_right(sums, iteration, key=lambda one: one[0])
        return sums[end - 1][1] if end else Spent()


def costs_of(run: Run, iterations: Iterable[Iteration]) -> dict[str, object]:
    """The costs in a report: of each purpose in all, and by iteration; None where they were not counted."""
    ledger = Ledger([run])
    known = ledger.counted(run.pk)
    both: tuple[Purpose, ...] = ("loop", "measurement")
    return {
        "total": {p: asdict(ledger.until(run.pk, p)) for p in both} if known else None,
        "iterations": {
            one.index: {p: asdict(ledger.of(run.pk, p, one.index)) for p in both} if known else None
            for one in iterations
        },
    }
