"""The web's only door to the workers: tasks by name, sent once the transaction is committed.

A message is a doorbell without authority. The database says what is to be done, and the clock rings again for
whatever nobody took up, so a message that is refused or lost never fails a request nor loses a run.
"""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
LOOPS, LIGHT = "loops", "light"


def send(task: str, *ids: int, queue: str = LOOPS, expires: float | None = None) -> None:
    """Sends `task` with these ids on commit; a broker that is away is logged, never raised."""
    transaction.on_commit(lambda: _send(task, ids, queue, expires))


def ring(run_id: int, expires: float | None = None) -> None:
    """Tells a worker that this run may have something to do."""
    send("tasks.jobs.run_loops", run_id, expires=expires)


def _send(task: str, ids: tuple[int, ...], queue: str, expires: float | None) -> None:
    try:
        current_app.send_task(task, args=ids, queue=queue, expires=expires, retry=False)
    except (KombuError, RedisError, OSError) as error:
        log.warning("The broker did not take %s%s: %s. The clock will ring again.", task, ids, error)
