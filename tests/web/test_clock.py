"""The clock's housekeeping: what it does, how often, and that ticks go on when it fails."""

import math
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from experiments.management.commands import clock
from experiments.models import Worker
from experiments.services import storage, store

# A beat drops connections that are in a transaction, as a test's usually is.
pytestmark = pytest.mark.django_db(transaction=True)


def make_clock() -> clock.Command:
    """A clock that has just begun and is not run: the test beats it."""
    command = clock.Command()
    command.failures, command.checkpointed, command.housekept = 0, time.monotonic(), -math.inf
    return command


def leave_over(name: str) -> Path:
    """A directory of the store from the day before yesterday that no row names."""
    folder = store.root() / "adapters" / name
    folder.mkdir(parents=True)
    os.utime(folder, (time.time() - 2 * 86400,) * 2)
    return folder


def forgotten_worker() -> None:
    long_ago = timezone.now() - timedelta(days=2)
    Worker.objects.create(name="gone", pid=1, started_at=long_ago, seen_at=long_ago)


def test_house_is_kept_at_the_first_beat_and_again_only_after_an_hour() -> None:
    command = make_clock()
    forgotten_worker()
    first = leave_over("first")
    command.beat()
    assert not first.exists()
    assert not Worker.objects.exists()
    second = leave_over("second")
    command.beat()
    assert second.exists()
    command.housekept -= clock.HOUSEKEEP_SECONDS
    command.beat()
    assert not second.exists()


def test_a_sweep_that_fails_stops_no_later_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(storage, "sweep", refuse)
    command = make_clock()
    beat = Path(settings.DATA_DIR) / "clock.beat"
    beat.unlink(missing_ok=True)
    assert command.beat() > clock.TICK_SECONDS
    assert not beat.exists()
    assert command.beat() == clock.TICK_SECONDS
    assert beat.exists()
