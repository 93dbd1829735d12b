"""One tick of the clock: fire schedules, free what lost workers held, ring for what nobody took up."""

from datetime import timedelta

from experiments import queue
from experiments.services import datasets, library, schedules, work

PATIENCE = timedelta(seconds=10)
EXPIRES = 8.0
"""Seconds after which a message of the clock is worthless: later ticks have rung again."""


def tick() -> None:
    """Everything here is safe to do twice, or in two processes."""
    schedules.fire_due()
    lost = set(work.reap())
    for run_id in lost | set(work.waiting_runs(PATIENCE)):
        queue.ring(run_id, expires=EXPIRES)
    for version_id in datasets.unfinished_imports():
        queue.send("tasks.jobs.import_dataset", version_id, queue=queue.LIGHT, expires=EXPIRES)
    for model_id in library.unfinished_imports():
        queue.send("tasks.jobs.import_model", model_id, queue=queue.LIGHT, expires=EXPIRES)
