"""`manage.py clock`: fires schedules, reaps lost runs, rings for runnable work; every two seconds."""

import logging
import math
import signal
import threading
import time
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connection
from kombu.exceptions import OperationalError as BrokerError

from experiments.services.clock import housekeep, tick
from experiments.supervision.checkpoint import checkpoint_wal

TICK_SECONDS = 2.0
CHECKPOINT_SECONDS = 10.0
HOUSEKEEP_SECONDS = 3600.0
LONGEST_PAUSE = 30.0

logger = logging.getLogger("plumbline.clock")


class Command(BaseCommand):
    """A process of its own, so that a tick never waits behind a training task."""

    help = "Fire schedules, reap lost runs and ring for runnable work until a signal asks to stop."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGTERM or SIGINT."""
        self.stop = threading.Event()
        self.failures = 0
        self.checkpointed = time.monotonic()
        self.housekept = -math.inf
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.on_signal)
        while not self.stop.is_set():
            self.stop.wait(self.beat())

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """Let the loop end after the current tick."""
        self.stop.set()

    def beat(self) -> float:
        """One tick; returns the seconds until the next, longer after each failure in a row."""
        close_old_connections()
        try:
            tick()
            self.checkpoint_when_due()
            self.housekeep_when_due()
        except (DatabaseError, BrokerError, OSError) as error:
            self.failures += 1
            pause = min(LONGEST_PAUSE, TICK_SECONDS * 2**self.failures)
            logger.warning(
                "A tick failed (%s: %s); trying again in %g s.", type(error).__name__, error, pause
            )
            return pause
        self.failures = 0
        (settings.DATA_DIR / "clock.beat").touch()
        return TICK_SECONDS

    def checkpoint_when_due(self) -> None:
        """Empty SQLite's log every CHECKPOINT_SECONDS."""
        if time.monotonic() - self.checkpointed >= CHECKPOINT_SECONDS:
            checkpoint_wal(connection)
            self.checkpointed = time.monotonic()

    def housekeep_when_due(self) -> None:
        """Keep house at once and then hourly. One that fails is not tried again before an hour has gone."""
        if time.monotonic() - self.housekept >= HOUSEKEEP_SECONDS:
            self.housekept = time.monotonic()
            housekeep()
