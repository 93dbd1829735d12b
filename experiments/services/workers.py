"""Rows of workers: which ones pages show, and when a row is forgotten. A process that ended leaves its row."""

from datetime import timedelta

from django.db.models import F, QuerySet
from django.utils import timezone

from experiments.models import Worker, WorkStatus

KEPT = timedelta(days=1)
"""How long a worker that says nothing stays on record."""


def recent() -> QuerySet[Worker]:
    """Workers that said something within a day, the latest first, with what they last worked on."""
    heard = Worker.objects.filter(seen_at__gt=timezone.now() - KEPT)
    return heard.select_related("work__run").order_by("-seen_at")


def holds_work(worker: Worker) -> bool:
    """Whether the work that the row names is running and has not gone to another worker since."""
    work = worker.work
    return work is not None and work.status == WorkStatus.RUNNING and work.worker == worker.name


def forget_quiet() -> int:
    """Removes workers that said nothing for a day and hold nothing. Returns how many."""
    quiet = Worker.objects.filter(seen_at__lte=timezone.now() - KEPT)
    holding = quiet.filter(work__status=WorkStatus.RUNNING, work__worker=F("name"))
    return quiet.exclude(pk__in=holding.values("pk")).delete()[0]
