"""What people do with runs: cancel, retry, approve, clone, archive, delete; and the report scripts read."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from experiments import queue
from experiments.alignment.errors import ConfigError
from experiments.models import Artefact, ArtefactUse, Run, RunStatus, User, Work
from experiments.models.states import ENDED, RESUMABLE
from experiments.search import forget_run
from experiments.services import work as works
from experiments.services.launch import LaunchRequest

CANCELLABLE = (RunStatus.SCHEDULED, RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.PAUSED)


def cancel(run: Run, by: User | None) -> None:
    """Asks the run to end. Nobody working on it: it ends now; else the worker obeys within seconds.

    Raises ConfigError when the run has ended already.
    """
    asked = Run.objects.filter(pk=run.pk, status__in=CANCELLABLE).update(cancel_requested_at=timezone.now())
    run.refresh_from_db()
    if not asked:
        raise ConfigError(f"Run {run.pk} has {run.status} already; there is nothing to cancel.", field="run")
    run.note("cancel asked for", by)
    if not Work.objects.filter(run=run, status="running").exists():
        works.finish_cancel(run)


@transaction.atomic
def retry(run: Run, by: User | None) -> None:
    """Resumes the same run where it stopped: what is committed stays, the rest is done. Raises ConfigError."""
    why = "retried: goes on where it stopped"
    changes: dict[str, Any] = {
        "cancel_requested_at": None,
        "error_blame": "",
        "error_message": "",
        "ended_at": None,
    }
    if not run.transition(RESUMABLE, RunStatus.QUEUED, why, by, **changes):
        raise ConfigError(
            f"Run {run.pk} is {run.status}; only failed, stopped or cancelled runs can be retried.",
            field="run",
        )
    _ring_again(run)


@transaction.atomic
def approve(run: Run, by: User | None) -> None:
    """Lets a run that a gate paused go on. Raises ConfigError when it is not paused."""
    if not run.transition([RunStatus.PAUSED], RunStatus.QUEUED, "approved: goes on", by):
        raise ConfigError(
            f"Run {run.pk} is {run.status}, not paused; there is nothing to approve.", field="run"
        )
    _ring_again(run)


def _ring_again(run: Run) -> None:
    Work.objects.filter(run=run).exclude(status="done").update(
        attempts=0, status="waiting", token="", lease_until=None
    )
    queue.ring(run.pk)


def clone_request(run: Run) -> LaunchRequest:
    """The request that would launch the same run again; the form opens with it."""
    roles = {bound.role: bound.model.name for bound in run.models.select_related("model")}
    version = run.dataset_version
    return LaunchRequest(
        recipe=run.recipe,
        model=roles.pop("policy"),
        roles=roles,
        settings=run.config,
        seed=run.seed,
        dataset=f"{version.dataset.name}@{version.number}",
        name=run.name,
        use={use.name: use.artefact.run_id for use in run.uses.select_related("artefact")},
    )


def archive(run: Run, by: User | None, archived: bool = True) -> None:
    """Takes a run out of the lists, or back into them; nothing is lost."""
    Run.objects.filter(pk=run.pk).update(archived_at=timezone.now() if archived else None)
    run.refresh_from_db()
    run.note("archived" if archived else "taken out of the archive", by)


def needed_by(run: Run) -> list[Run]:
    """Other runs that use this run's artefacts."""
    return list(Run.objects.filter(uses__artefact__run=run).exclude(pk=run.pk).distinct())


def delete_run(run: Run, by: User | None) -> None:
    """Deletes a run with its traces and, when nothing else needs them, its files.

    Raises ConfigError while the run is live or another run uses its artefacts.
    """
    run.refresh_from_db()
    if run.status not in ENDED:
        raise ConfigError(f"Run {run.pk} is {run.status}: cancel it before you delete it.", field="run")
    users = needed_by(run)
    if users:
        names = ", ".join(f"run {other.pk}" for other in users)
        raise ConfigError(f"Run {run.pk} cannot be deleted: {names} uses its artefacts.", field="run")
    with transaction.atomic():
        ArtefactUse.objects.filter(run=run).delete()
        Artefact.objects.filter(run=run).update(parent=None)
        forget_run(run)
        run.delete()
