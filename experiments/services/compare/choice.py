"""Which runs a comparison is about, and which others could be in it."""

from collections.abc import Mapping, Sequence

from django.db.models import Exists, OuterRef, QuerySet

from experiments.deltas import HEADLINE
from experiments.models import LatestMetric, Run, RunModel, User

MOST_RUNS = 50
MOST_OFFERED = 20


def runs_named(user: User, ids: Sequence[int], sweep: str = "") -> tuple[list[Run], bool]:
    """The visible runs of these numbers in the order in which they were named, or those of a sweep.

    At most MOST_RUNS; the second value says whether there were more.
    """
    rows: QuerySet[Run] = Run.objects.visible_to(user)
    if sweep:
        ids = list(rows.filter(sweep=sweep).order_by("id").values_list("pk", flat=True)[: MOST_RUNS + 1])
    return in_order(rows, ids[:MOST_RUNS]), len(ids) > MOST_RUNS


def in_order(rows: QuerySet[Run], ids: Sequence[int]) -> list[Run]:
    """The rows of these numbers in this order, each once."""
    wanted: Mapping[int, int] = {pk: place for place, pk in reversed(list(enumerate(ids)))}
    found = rows.filter(pk__in=wanted).select_related("dataset_version__dataset", "created_by")
    return sorted(found, key=lambda run: wanted[run.pk])


def offered(user: User, runs: Sequence[Run], first: Run) -> list[Run]:
    """The newest other runs on the data and base model of the first, with gold measured."""
    model = RunModel.objects.filter(run=first, role="policy").values("model")
    same = RunModel.objects.filter(run=OuterRef("pk"), role="policy", model__in=model)
    gold = LatestMetric.objects.filter(run=OuterRef("pk"), name=HEADLINE, split="gold")
    rows: QuerySet[Run] = Run.objects.visible_to(user).filter(
        Exists(same),
        Exists(gold),
        dataset_version=first.dataset_version,
        simulated=first.simulated,
        archived_at=None,
    )
    others = rows.exclude(pk__in=[run.pk for run in runs]).only("name", "recipe", "seed", "status")
    return list(others.order_by("-id")[:MOST_OFFERED])
