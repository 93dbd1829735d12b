"""What the clock does: a tick every few seconds, and the housekeeping every hour."""

from datetime import timedelta

from experiments import queue
from experiments.services import datasets, library, schedules, storage, work, workers

PATIENCE = timedelta(seconds=10)
EXPIRES = 8.0
"""Seconds after which a message of the clock is worthless: later ticks have rung again."""


def tick() -> None:
    """Fires schedules, frees what lost workers held, rings for what nobody took up.

    Everything here is safe to do twice, or in two processes.
    """
    schedules.fire_due()
    lost = set(work.reap())
    for run_id in lost | set(work.waiting_runs(PATIENCE)):
        queue.ring(run_id, expires=EXPIRES)
    for version_id in datasets.unfinished_imports():
        queue.send("tasks.jobs.import_dataset", version_id, queue=queue.LIGHT, expires=EXPIRES)
    for model_id in library.unfinished_imports():
        queue.send("tasks.jobs.import_model", model_id, queue=queue.LIGHT, expires=EXPIRES)


def housekeep() -> None:
    """Forgets workers that ended long ago and removes files that no row names; safe to do twice too."""
    workers.forget_quiet()
    storage.sweep()
