"""The queue in the database: which stage comes next, who holds it, and what happens when a holder is lost."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from experiments import queue
from experiments.alignment.errors import LeaseLost
from experiments.alignment.loop import Stage, Step, plan
from experiments.alignment.registry import get_recipe
from experiments.models import Iteration, Run, RunStatus, Work, WorkStatus
from experiments.services.notices import tell_owner

LEASE = timedelta(seconds=30)
STALLED = timedelta(minutes=20)
ATTEMPTS = 5
RUNNABLE_RUNS = (RunStatus.QUEUED, RunStatus.RUNNING)
GATES = {"pause": RunStatus.PAUSED, "stop": RunStatus.STOPPED}


def steps(run: Run) -> list[Step]:
    """Every step of a run in order, from its recipe and config alone."""
    recipe = get_recipe(run.recipe)
    config = recipe.configure(run.config)
    return plan(recipe.composition(config), config.iterations)


def step_of(work: Work) -> Step:
    """The step that a row of the queue stands for."""
    return Step(work.iteration, work.phase, cast(Stage, work.stage))


def open_step(run: Run, step: Step) -> Work:
    """Makes a step claimable; a second call finds the first one's row."""
    Iteration.objects.get_or_create(run=run, index=step.iteration)
    return Work.objects.get_or_create(run=run, iteration=step.iteration, phase=step.phase, stage=step.stage)[
        0
    ]


def runnable() -> QuerySet[Work]:
    """Work that nobody holds, or whose holder's lease ran out by the database's clock."""
    free = Q(status=WorkStatus.WAITING) | Q(status=WorkStatus.RUNNING, lease_until__lt=Now())
    return Work.objects.filter(free, run__status__in=RUNNABLE_RUNS, run__cancel_requested_at=None)


def claim(worker: str) -> Work | None:
    """The oldest runnable work, now leased to `worker` under a new token; None when there is nothing to do.

    Safe against rivals: the update repeats the conditions, and whoever changes the row has the work.
    """
    for work in runnable().order_by("run_id", "id").select_related("run")[:5]:
        token = secrets.token_hex(16)
        taken = (
            runnable()
            .filter(pk=work.pk, attempts__lt=ATTEMPTS)
            .update(
                status=WorkStatus.RUNNING,
                token=token,
                worker=worker,
                lease_until=Now() + LEASE,
                attempts=F("attempts") + 1,
                progress_at=Now(),
                started_at=Now() if work.started_at is None else F("started_at"),
            )
        )
        if taken:
            work.refresh_from_db()
            _start(work)
            return work
        _fail_if_hopeless(work)
    return None


def _start(work: Work) -> None:
    run = work.run
    changes: dict[str, Any] = {} if run.started_at else {"started_at": Now()}
    run.transition([RunStatus.QUEUED], RunStatus.RUNNING, f"worker {work.worker} took it up", **changes)
    Iteration.objects.filter(run=run, index=work.iteration, started_at=None).update(
        status=WorkStatus.RUNNING, started_at=Now()
    )


def _fail_if_hopeless(work: Work) -> None:
    if not runnable().filter(pk=work.pk, attempts__gte=ATTEMPTS).exists():
        return
    message = (
        f"The worker was lost {ATTEMPTS} times in {work.stage} of iteration {work.iteration} without progress. "
        "Look at the worker's log (often it ran out of memory), then retry."
    )
    fail(work.run, "infrastructure", message)


def fence(work: Work, **changes: object) -> None:
    """The first statement of every worker transaction: raises LeaseLost unless the token still holds the row."""
    if not Work.objects.filter(pk=work.pk, token=work.token, status=WorkStatus.RUNNING).update(
        **changes or {"token": work.token}
    ):
        raise LeaseLost


def renew(work: Work) -> bool:
    """Extends the lease; False when it is another's by now."""
    held = Work.objects.filter(pk=work.pk, token=work.token, status=WorkStatus.RUNNING)
    return bool(held.update(lease_until=Now() + LEASE))


def note_progress(run: Run) -> None:
    """Something came of the run's work before its chunk is whole: it is slow, not stalled."""
    Work.objects.filter(run=run, status=WorkStatus.RUNNING).update(progress_at=Now())


def release(work: Work) -> None:
    """Gives the work back without counting the attempt."""
    Work.objects.filter(pk=work.pk, token=work.token, status=WorkStatus.RUNNING).update(
        status=WorkStatus.WAITING, token="", lease_until=None, attempts=F("attempts") - 1
    )
    queue.ring(work.run_id)


def complete(work: Work) -> None:
    """Marks the step done and opens the next one, or ends the run; all in one transaction under the fence."""
    with transaction.atomic():
        fence(work, status=WorkStatus.DONE, token="", lease_until=None, ended_at=Now())
        run = Run.objects.select_for_update().get(pk=work.run_id)
        _advance(run, step_of(work))


def _advance(run: Run, done: Step) -> None:
    todo = steps(run)
    following = todo[todo.index(done) + 1 :]
    if done.stage == "evaluate":
        Iteration.objects.filter(run=run, index=done.iteration).update(status=WorkStatus.DONE, ended_at=Now())
        run.note(f"iteration {done.iteration} measured")
    if not following:
        _end(run, RunStatus.SUCCEEDED, "every iteration is done")
        return
    open_step(run, following[0])
    if not (done.stage == "evaluate" and _gate(run, done.iteration)):
        queue.ring(run.pk)


def _gate(run: Run, iteration: int) -> bool:
    """Pauses or stops a run whose settings say so when an alarm fired in this iteration."""
    state = GATES.get(run.config.get("on_alarm", "warn"))
    alarms = run.alarms.filter(iteration=iteration).values_list("name", flat=True)
    if not state or not alarms:
        return False
    return _end(run, state, f"{state} by the alarm {', '.join(alarms)} in iteration {iteration}")


def _end(run: Run, to: RunStatus, why: str) -> bool:
    changed = run.transition(RUNNABLE_RUNS, to, why)
    if changed:
        tell_owner(run, f"{run.name}: {why}")
    return changed


@transaction.atomic
def fail(run: Run, blame: str, message: str) -> None:
    """Ends a run with whose fault it was and what to do."""
    changed = run.transition(
        RUNNABLE_RUNS, RunStatus.FAILED, message, error_blame=blame, error_message=message
    )
    if changed:
        drop_leases(run)
        tell_owner(run, f"{run.name} failed: {message}")


@transaction.atomic
def finish_cancel(run: Run) -> None:
    """Turns a requested cancel into the state; whoever sees it sees no work in progress either."""
    if run.transition(
        [*RUNNABLE_RUNS, RunStatus.PAUSED, RunStatus.SCHEDULED], RunStatus.CANCELLED, "cancelled"
    ):
        drop_leases(run)


def drop_leases(run: Run) -> None:
    """Nobody holds a stage of this run any more; whoever thinks so meets the fence."""
    Work.objects.filter(run=run, status=WorkStatus.RUNNING).update(
        status=WorkStatus.WAITING, token="", lease_until=None
    )


def reap() -> list[int]:
    """Frees what lost workers held and honours cancels nobody is left to obey. Returns the runs to ring for."""
    expired = Work.objects.filter(status=WorkStatus.RUNNING, lease_until__lt=Now())
    stalled = Work.objects.filter(status=WorkStatus.RUNNING, progress_at__lt=Now() - STALLED)
    lost = list(expired.values_list("run_id", flat=True)) + list(stalled.values_list("run_id", flat=True))
    for rows in (expired, stalled):
        rows.update(status=WorkStatus.WAITING, token="", lease_until=None)
    for run in Run.objects.filter(status__in=RUNNABLE_RUNS).exclude(cancel_requested_at=None):
        if not Work.objects.filter(run=run, status=WorkStatus.RUNNING).exists():
            finish_cancel(run)
    return lost


def waiting_runs(older_than: timedelta) -> Iterable[int]:
    """Runs with runnable work that nobody took up for a while."""
    rows = runnable().filter(created_at__lt=Now() - older_than)
    return rows.order_by("run_id").values_list("run_id", flat=True).distinct()[:100]
