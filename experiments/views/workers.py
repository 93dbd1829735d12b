"""Workers: who runs loops, and what waits for them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from experiments.access import member, members
from experiments.models import Run, RunStatus, Work, Worker, WorkStatus
from experiments.services.overview import SEEN_WITHIN

LONGEST_QUEUE = 100


@members
@require_safe
def worker_list(request: HttpRequest) -> HttpResponse:
    """Workers as they last reported, and stages that run or wait."""
    workers = list(Worker.objects.select_related("work__run").order_by("-seen_at")[:50])
    since = timezone.now() - SEEN_WITHIN
    for worker in workers:
        worker.here = worker.seen_at > since  # type: ignore[attr-defined]
    waiting = Work.objects.filter(
        run__in=Run.objects.visible_to(member(request)), run__status__in=[RunStatus.QUEUED, RunStatus.RUNNING]
    ).exclude(status=WorkStatus.DONE)
    queue = list(waiting.select_related("run").defer("run__config").order_by("run_id", "id")[:LONGEST_QUEUE])
    nobody = bool(queue) and not any(worker.here for worker in workers)  # type: ignore[attr-defined]
    context = {"workers": workers, "queue": queue, "nobody": nobody, "longest": LONGEST_QUEUE}
    return render(request, "workers/workers.html", context)
