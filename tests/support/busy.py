"""A task that keeps its pool process busy, and says who it is."""

import os
import time
from pathlib import Path

from celery import shared_task

from experiments.supervision.stopping import stop_requested


@shared_task
def spin(note: str, polite: bool) -> None:
    """Write this process's id to the file `note` and burn time; a polite one ends when asked to."""
    Path(note).write_text(str(os.getpid()))
    ends = time.monotonic() + 60
    while time.monotonic() < ends and not (polite and stop_requested()):
        sum(range(10_000))
    Path(note).write_text("asked to stop" if stop_requested() else "spun to the end")
