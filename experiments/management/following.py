"""Following runs from the shell until they end, and the exit code that says how."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

from experiments.management.base import CANCELLED, DONE, FAILED, HELD
from experiments.models import Run, RunStatus, Schedule
from experiments.services.pipelines import Started
from experiments.services.run_page import RunPage

LOOK_SECONDS = 1.0
CODES = {
    RunStatus.SUCCEEDED: DONE,
    RunStatus.FAILED: FAILED,
    RunStatus.CANCELLED: CANCELLED,
    RunStatus.STOPPED: HELD,
    RunStatus.PAUSED: HELD,
}
WORST_FIRST = (FAILED, CANCELLED, HELD, DONE)


def follow(runs: Sequence[Run], tell: Callable[[str], None]) -> int:
    """Waits until every run has ended or is paused and says what changes. Returns the worst exit code."""
    said: dict[int, str] = {}
    going = list(runs)
    while True:
        for run in going:
            _tell_change(run, said, tell)
        going = [run for run in going if RunStatus(run.status) not in CODES]
        if not going:
            break
        time.sleep(LOOK_SECONDS)
        connection.close_if_unusable_or_obsolete()
        for run in going:
            run.refresh_from_db()
    codes = {CODES[RunStatus(run.status)] for run in runs}
    return next(code for code in WORST_FIRST if code in codes)


def answer_start(started: Started, wait: bool, tell: Callable[[str], None]) -> tuple[dict[str, Any], int]:
    """What a command that starts a run answers, and its exit code; waited for is also the run planned after it."""
    planned = {"planned": started.planned.pk} if started.planned else {}
    if not wait:
        return summary(started.run) | planned, DONE
    code = follow([started.run], tell)
    if started.planned is None or code != DONE:
        return summary(started.run) | planned, code
    tell(f"run {started.run.pk} is done; {started.planned.name} starts when the clock looks next")
    run = _fired(started.planned)
    if run is None:
        return summary(started.run) | planned, FAILED
    code = follow([run], tell)
    return summary(run), code


def _fired(planned: Schedule) -> Run | None:
    """The run that a schedule launches, None where it ended without one."""
    while True:
        planned.refresh_from_db()
        fire = planned.fires.select_related("run").first()
        if fire or planned.ended_at:
            return fire.run if fire else None
        time.sleep(LOOK_SECONDS)
        connection.close_if_unusable_or_obsolete()


def _tell_change(run: Run, said: dict[int, str], tell: Callable[[str], None]) -> None:
    words = _words(run)
    if said.get(run.pk) != words:
        said[run.pk] = words
        tell(f"run {run.pk}: {words}")


def _words(run: Run) -> str:
    page = RunPage(run)
    stage = page.strip.current if page.strip and run.status == RunStatus.RUNNING else None
    parts = [page.state_words, stage.figures if stage else "", run.error_message or page.waiting]
    return " · ".join(part for part in parts if part)


def summary(run: Run) -> dict[str, Any]:
    """A run as the commands that start or steer one answer it."""
    error = {"blame": run.error_blame, "message": run.error_message} if run.error_message else None
    return {"run": run.pk, "name": run.name, "status": run.status, "error": error}
