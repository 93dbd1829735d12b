"""Holding a piece of work: a thread renews the lease and watches for a wish to stop, so that `check` costs nothing."""

import threading
import time
from types import TracebackType

from django.db import DatabaseError, connection
from django.utils import timezone

from experiments.alignment.errors import Cancelled, LeaseLost
from experiments.models import Run, Work, Worker
from experiments.services import costs
from experiments.services import work as works
from experiments.supervision.stopping import stop_requested
from tasks.metering import Meter

LOOK_SECONDS = 1.0
RENEW_SECONDS = 8.0


class GiveBack(Exception):
    """The worker is being stopped: hand the work back."""


class Lease:
    """A claimed piece of work, as a context. One second is the longest that a cancel goes unseen.

    With every renewal the device seconds of its meter are written down, so that a lost worker's are not lost too.
    """

    def __init__(self, work: Work) -> None:
        self.work = work
        self.meter: Meter | None = None
        self._lost = threading.Event()
        self._cancelled = threading.Event()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="lease", daemon=True)

    def __enter__(self) -> "Lease":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def check(self) -> None:
        """Raises when this work must stop; reads flags only, so it may be called at every token."""
        if self._lost.is_set():
            raise LeaseLost
        if self._cancelled.is_set():
            raise Cancelled("The run was cancelled.")
        if stop_requested():
            raise GiveBack

    def _watch(self) -> None:
        renewed = time.monotonic()
        try:
            while not self._done.wait(LOOK_SECONDS):
                renewed = self._look(renewed)
        finally:
            connection.close()

    def _look(self, renewed: float) -> float:
        """One look at the database. An outage is no verdict: the fence decides once the database is back."""
        try:
            if Run.objects.filter(pk=self.work.run_id).exclude(cancel_requested_at=None).exists():
                self._cancelled.set()
            if time.monotonic() - renewed < RENEW_SECONDS:
                return renewed
            Worker.objects.filter(name=self.work.worker, work=self.work).update(seen_at=timezone.now())
            if not works.renew(self.work):
                self._lost.set()
            elif self.meter:
                costs.add(self.work, self.meter.take_seconds())
        except DatabaseError:
            connection.close()
            return renewed
        return time.monotonic()
