"""The clock as a process: a tick happens once, whatever is killed, doubled or was down meanwhile."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from experiments import models as m
from experiments.services.launch import LaunchRequest
from experiments.services.schedules import Timing, create_schedule
from experiments.supervision import commands
from tests.support import loops
from tests.support.services import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@contextmanager
def clock(environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(commands.manage("clock"), env=environment, start_new_session=True)
    try:
        yield
    finally:
        loops.kill(process)


def planned(**timing) -> m.Schedule:
    """A schedule whose tick is long due."""
    version, model = loops.make_sums(), loops.make_scripted()
    request = LaunchRequest(
        recipe="rest-em", model=model.name, dataset=version.dataset.name, settings=loops.SMALL
    )
    schedule = create_schedule(request, Timing(**timing), None)
    long_ago = timezone.now() - timedelta(hours=5, minutes=1)
    m.Schedule.objects.filter(pk=schedule.pk).update(next_at=long_ago)
    return schedule


def wait_for_a_tick() -> None:
    """Until a running clock has gone round once more."""
    beat = Path(settings.DATA_DIR) / "clock.beat"
    before = beat.stat().st_mtime_ns if beat.exists() else 0
    wait_for(lambda: beat.exists() and beat.stat().st_mtime_ns > before, what="a beat of the clock")


def test_ticks_missed_while_everything_was_down_become_one_run_and_a_restart_fires_no_second(
    broker, process_environment
):
    schedule = planned(kind="every", every_seconds=3600)
    with clock(process_environment()):
        wait_for(lambda: m.Run.objects.filter(schedule=schedule).exists(), what="the run")
    with clock(process_environment()):
        wait_for_a_tick()
        wait_for_a_tick()
    assert m.Run.objects.filter(schedule=schedule).count() == 1
    assert m.ScheduleFire.objects.get(schedule=schedule).run.status == "queued"
    schedule.refresh_from_db()
    assert timezone.now() < schedule.next_at < timezone.now() + timedelta(hours=1)


def test_two_clocks_fire_a_tick_once(broker, process_environment):
    schedule = planned(kind="cron", cron="0 3 * * *", timezone="Europe/Berlin")
    with ExitStack() as clocks:
        for _ in range(2):
            clocks.enter_context(clock(process_environment()))
        wait_for(lambda: m.Run.objects.filter(schedule=schedule).exists(), what="the run")
        wait_for_a_tick()
        wait_for_a_tick()
    assert m.Run.objects.filter(schedule=schedule).count() == 1


def test_a_follower_starts_when_the_run_before_it_has_succeeded(broker, process_environment):
    first = loops.start("rest-em", loops.make_scripted("quick"), loops.make_sums("others"))
    schedule = planned(kind="after", after_run_id=first.pk)
    m.Schedule.objects.filter(pk=schedule.pk).update(next_at=None)
    with clock(process_environment()):
        wait_for_a_tick()
        assert not m.Run.objects.filter(schedule=schedule).exists()
        m.Run.objects.filter(pk=first.pk).update(status="succeeded", ended_at=timezone.now())
        wait_for(lambda: m.Run.objects.filter(schedule=schedule).exists(), what="the follower")
