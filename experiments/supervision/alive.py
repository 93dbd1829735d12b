"""A worker says that it is there, idle or not: it would else be silent until somebody rings."""

import os
import socket
import threading
import time
from typing import Any

from django.db import DatabaseError, connection
from django.utils import timezone

from experiments.models import Worker

BEAT_SECONDS = 10.0
STARTED = timezone.now()


def worker_name() -> str:
    """This process, as pages and leases name it."""
    return f"{socket.gethostname()}-{os.getpid()}"


def say_so(**known: Any) -> None:
    """Writes down that this worker was seen now, with what else is known of it."""
    seen = {"pid": os.getpid(), "seen_at": timezone.now(), "started_at": STARTED}
    Worker.objects.update_or_create(name=worker_name(), defaults=seen | known)


def keep_saying_so() -> None:
    """Begins a thread that puts this worker on record and says, as long as the process lives, that it was seen."""
    threading.Thread(target=_beat, name="alive", daemon=True).start()


def _beat() -> None:
    while True:
        try:
            say_so()
        except DatabaseError:
            pass  # The database may be away for a while; the next beat tries again.
        finally:
            connection.close()
        time.sleep(BEAT_SECONDS)
