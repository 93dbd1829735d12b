"""Celery's entry points: they take ids, call one function and hold no logic."""

from __future__ import annotations

import logging
from typing import Any

from celery import Task, shared_task

log = logging.getLogger(__name__)


@shared_task(name="tasks.jobs.run_loops", bind=True)
def run_loops(task: Task[Any, Any], run_id: int) -> None:
    """A doorbell: whatever is runnable is done, this run or another.

    A worker whose code has changed on disk does nothing more: it ends, and its supervisor starts it anew with the new
    code. The clock rings again for what it leaves.
    """
    from experiments.supervision import code
    from tasks.runner import work_until_idle

    if not code.changed():
        work_until_idle(code.changed)
    if code.changed():
        log.warning("The code has changed since this worker was started: it ends, to be started anew.")
        task.app.control.shutdown(destination=[task.request.hostname])


@shared_task(name="tasks.jobs.import_dataset")
def import_dataset(version_id: int) -> None:
    """Reads an uploaded file into its data set version."""
    from experiments.services.datasets import run_import

    run_import(version_id)


@shared_task(name="tasks.jobs.import_model")
def import_model(model_id: int) -> None:
    """Fetches a model from a hub and registers it."""
    from experiments.services.library import run_hub_import
    from tasks.downloads import download_hub_model

    run_hub_import(model_id, download_hub_model)
