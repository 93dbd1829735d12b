"""The guard: whatever happens to the supervisor, no process of its children outlives it."""

import os
import signal
import subprocess
import sys

import psutil
import pytest
from celery import current_app
from django.conf import settings

from experiments.supervision import commands
from experiments.supervision.child import Child, Lifeline
from experiments.supervision.supervisor import Supervisor
from tests.support.services import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.processes]

SUPERVISE = """
import sys
from experiments.supervision import commands
from experiments.supervision.child import Child
from experiments.supervision.supervisor import Supervisor
supervisor = Supervisor(note=lambda pids: None)
supervisor.listen()
supervisor.add(Child("worker", sys.argv[1:], print))
supervisor.run()
supervisor.shut_down(grace=float("5"))
"""


def alive(pid):
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


@pytest.fixture
def supervised_worker(broker, tmp_path):
    """Starts a supervisor with a busy worker; gives the supervisor, the pool's process id and the note."""
    started = []

    def start(polite):
        note = tmp_path / "note"
        worker = [*commands.worker("loops"), "--include", "tests.support.busy"]
        env = {**os.environ, "BROKER_URL": settings.BROKER_URL, "PYTHONPATH": str(settings.BASE_DIR)}
        supervisor = subprocess.Popen(
            [sys.executable, "-c", SUPERVISE, *worker], cwd=settings.BASE_DIR, env=env
        )
        started.append(supervisor)
        current_app.send_task("tests.support.busy.spin", [str(note), polite], queue="loops")
        wait_for(lambda: note.exists() and note.read_text().isdecimal(), 30, "the busy task")
        return supervisor, int(note.read_text()), note

    yield start
    for supervisor in started:
        supervisor.kill()
        supervisor.wait()


def test_a_killed_supervisor_takes_a_busy_pool_with_it(supervised_worker):
    supervisor, pool, note = supervised_worker(polite=False)
    family = [process.pid for process in psutil.Process(supervisor.pid).children(recursive=True)]
    assert pool in family
    supervisor.kill()
    wait_for(lambda: not any(alive(pid) for pid in family), 3, "the end of the family")
    assert note.read_text() == str(pool)


def test_a_killed_guard_takes_its_family_with_it_and_is_replaced(supervised_worker):
    supervisor, _pool, _note = supervised_worker(polite=False)
    guard = psutil.Process(supervisor.pid).children()[0]
    family = [process.pid for process in guard.children(recursive=True)]
    guard.kill()
    wait_for(lambda: not any(alive(pid) for pid in family), 3, "the end of the family")
    wait_for(lambda: psutil.Process(supervisor.pid).children(), 5, "a new worker")


def test_an_ordered_stop_reaches_the_running_task(supervised_worker):
    supervisor, pool, note = supervised_worker(polite=True)
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(10) == 0
    assert note.read_text() == "asked to stop"
    assert not alive(pool)


def test_a_task_that_does_not_listen_is_killed_after_the_grace(supervised_worker):
    supervisor, pool, note = supervised_worker(polite=False)
    supervisor.send_signal(signal.SIGTERM)
    assert supervisor.wait(12) == 0
    wait_for(lambda: not alive(pool), 1, "the end of the pool process")
    assert note.read_text() == str(pool)


@pytest.fixture
def signals_as_before():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_script_that_started_it_in_the_background_can_interrupt_it(signals_as_before):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    supervisor = Supervisor(note=print)
    supervisor.listen()
    signal.raise_signal(signal.SIGINT)
    assert supervisor.stopping


def test_under_nohup_a_closed_terminal_stops_nothing(signals_as_before):
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    supervisor = Supervisor(note=print)
    supervisor.listen()
    signal.raise_signal(signal.SIGHUP)
    assert not supervisor.stopping


def test_a_child_that_keeps_ending_is_started_ever_later():
    said = []
    lifeline = Lifeline()
    child = Child("brief", [sys.executable, "-c", "raise SystemExit(3)"], said.append)
    starts = 0
    for _ in range(3):
        wait_for(lambda: child.keep_up(lifeline), 10, "a start")
        starts += 1
        wait_for(lambda: child.process.poll() is not None, 10, "its end")
    child.keep_up(lifeline)
    lifeline.cut()
    assert starts == 3
    assert [line.rpartition(" in ")[2] for line in said] == ["0.5 s.", "1 s.", "2 s."]
    assert all("ended with status 3" in line for line in said)
