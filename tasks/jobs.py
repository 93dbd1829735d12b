"""Celery's entry points: they take ids, call one function and hold no logic."""

from celery import shared_task


@shared_task(name="tasks.jobs.run_loops")
def run_loops(run_id: int) -> None:
    """A doorbell: whatever is runnable is done, this run or another."""
    from tasks.runner import work_until_idle

    work_until_idle()


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
