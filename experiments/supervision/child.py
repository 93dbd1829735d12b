"""One supervised process: started in its own group, restarted with back-off, stopped as a group."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

GUARD = Path(__file__).with_name("guard.py")
FIRST_DELAY = 0.5
LONGEST_DELAY = 30.0
STEADY_AFTER = 60.0


class Lifeline:
    """A pipe that this process alone can write to; it closes when this process ends, even by SIGKILL."""

    def __init__(self) -> None:
        self.reading_end, self._writing_end = os.pipe()

    def cut(self) -> None:
        """Close both ends: every guard then kills its group."""
        for descriptor in (self.reading_end, self._writing_end):
            with suppress(OSError):
                os.close(descriptor)


@dataclass
class Child:
    """A command that is kept running; `say` gets one line for every unwanted end."""

    name: str
    command: list[str]
    say: Callable[[str], None]
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started: float = 0.0
    due: float = 0.0

    def start(self, lifeline: Lifeline) -> None:
        """Start the command under a guard, in a new session."""
        guard = [sys.executable, "-I", "-S", str(GUARD), str(lifeline.reading_end)]
        self.process = subprocess.Popen(
            [*guard, *self.command],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[lifeline.reading_end],
        )
        self.started = time.monotonic()

    def keep_up(self, lifeline: Lifeline) -> bool:
        """Notice an end, and start (again) once the back-off is over; whether it was started now."""
        if self.process is not None and self.process.poll() is not None:
            self._note_end(self.process.returncode)
        if self.process is not None or time.monotonic() < self.due:
            return False
        self.start(lifeline)
        return True

    def _note_end(self, status: int) -> None:
        self.kill()
        steady = time.monotonic() - self.started > STEADY_AFTER
        self.failures = 0 if steady else self.failures + 1
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** max(self.failures - 1, 0))
        self.due = time.monotonic() + delay
        self.process = None
        self.say(f"{self.name} ended with status {status}; it starts again in {delay:g} s.")

    def ask_to_stop(self) -> None:
        """Send SIGTERM, which the guard passes on to the command."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self, deadline: float) -> bool:
        """Wait until the monotonic time `deadline`; whether the process has ended."""
        if self.process is None:
            return True
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """Kill whatever is left of the group."""
        if self.process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
