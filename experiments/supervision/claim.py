"""One supervisor for one DATA_DIR: a file lock, and the processes that a killed one may have left."""

import fcntl
import json
import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from experiments.supervision.preflight import Refusal


@contextmanager
def claim(folder: Path) -> Iterator[None]:
    """Hold `folder` for this process; raises Refusal when another supervisor has it."""
    with (folder / "up.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise Refusal(
                f"Plumbline already runs on {folder} (process {file.read().strip() or 'unknown'}): "
                "stop that one, or set another DATA_DIR."
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def remember(folder: Path, pids: Iterable[int]) -> None:
    """Note the group leaders with their start times, for the next supervisor."""
    started = {}
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            started[pid] = psutil.Process(pid).create_time()
    draft = folder / "processes.json.new"
    draft.write_text(json.dumps(started))
    draft.replace(folder / "processes.json")


def kill_left_overs(folder: Path) -> list[int]:
    """Kill the groups that `remember` noted and that still run; returns their leaders' pids."""
    path = folder / "processes.json"
    try:
        noted = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return []
    killed = [int(pid) for pid, started in noted.items() if _still_runs(int(pid), started)]
    for pid in killed:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    path.unlink(missing_ok=True)
    return killed


def _still_runs(pid: int, started: float) -> bool:
    try:
        return abs(psutil.Process(pid).create_time() - started) < 0.05
    except psutil.NoSuchProcess:
        return False
