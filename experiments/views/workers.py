"""Workers: who runs loops, and what waits for them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from experiments.access import member, members
from experiments.models import Run, RunStatus, Work, WorkStatus
from experiments.services import workers as known
from experiments.services.overview import SEEN_WITHIN

LONGEST_QUEUE = 100
MOST_WORKERS = 50


@members
@require_safe
def worker_list(request: HttpRequest) -> HttpResponse:
    """Workers that reported within a day, and stages that run or wait."""
    workers = list(known.recent()[:MOST_WORKERS])
    since = timezone.now() - SEEN_WITHIN
    for worker in workers:
        worker.here = worker.seen_at > since  # type: ignore[attr-defined]
        worker.holds = known.holds_work(worker)  # type: ignore[attr-defined]
    waiting = Work.objects.filter(
        run__in=Run.objects.visible_to(member(request)), run__status__in=[RunStatus.QUEUED, RunStatus.RUNNING]
    ).exclude(status=WorkStatus.DONE)
    queue = list(waiting.select_related("run").defer("run__config").order_by("run_id", "id")[:LONGEST_QUEUE])
    nobody = bool(queue) and not any(worker.here for worker in workers)  # type: ignore[attr-defined]
    context = {"workers": workers, "queue": queue, "nobody": nobody, "longest": LONGEST_QUEUE}
    return render(request, "workers/workers.html", context)
