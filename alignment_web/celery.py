"""The Celery app, for workers and for whoever rings them."""

import importlib
import os
import sys
from typing import Any

from celery import Celery
from celery.signals import worker_process_init, worker_ready, worker_shutting_down

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alignment_web.settings")
app = Celery("plumbline")
app.config_from_object("django.conf:settings", namespace="CELERY")
# The current app is a thread's own, the default app is everybody's: the web server's threads need the latter.
app.set_default()
if "worker" in sys.argv:
    # What the code was when this process began; see `tasks.jobs`.
    importlib.import_module("experiments.supervision.code")


@worker_process_init.connect
def listen_for_stop(**kwargs: Any) -> None:
    """In each pool process: let the worker say that it is shutting down."""
    from experiments.supervision import stopping

    stopping.listen()


@worker_process_init.connect
def say_that_it_is_there(**kwargs: Any) -> None:
    """In each process that runs loops: pages ask whether a worker is there before there is anything to do."""
    if "loops" in sys.argv:
        from experiments.supervision.alive import keep_saying_so

        keep_saying_so()


@worker_ready.connect
def say_so_without_a_pool(**kwargs: Any) -> None:
    """Where the worker has no pool processes it runs the loops itself."""
    if "solo" in sys.argv:
        say_that_it_is_there()


@worker_shutting_down.connect
def pass_on_stop(**kwargs: Any) -> None:
    """In the worker: tell its pool, so that a running task ends at its next chunk."""
    from experiments.supervision import stopping

    stopping.request()
    stopping.pass_on()
