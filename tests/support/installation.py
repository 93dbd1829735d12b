"""A whole installation for tests: `manage.py up` in its own folder, and what runs because of it."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import psutil
from django.conf import settings

from tests.support.services import wait_for


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def processes_of(folder: Path) -> list[psutil.Process]:
    """Every living process whose environment names `folder` as its DATA_DIR."""
    return [process for process in psutil.process_iter() if _data_dir(process) == str(folder)]


def _data_dir(process: psutil.Process) -> str | None:
    try:
        return process.environ().get("DATA_DIR") if process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.Error:
        return None


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


class Installation:
    """Starts `manage.py up` on `folder`, everything embedded unless `env` says else, and reads its output."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.env = {**os.environ, "DATA_DIR": str(folder), "PORT": str(self.port), **env}
        for name in ("DATABASE_URL", "BROKER_URL", "SECRET_KEY"):
            if name not in env:
                self.env.pop(name, None)
        self.lines: list[str] = []
        self.supervisor: subprocess.Popen[str] | None = None

    def up(self) -> None:
        """Start, and read the output in the background."""
        self.supervisor = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--no-starter"],
            cwd=settings.BASE_DIR,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, args=(self.supervisor,), daemon=True).start()

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        self.lines.extend(iter(process.stdout.readline, ""))

    @property
    def output(self) -> str:
        """Everything printed so far."""
        return "".join(self.lines)

    def status(self, path: str = "/healthz") -> int | None:
        """The status of a page, or None while nothing listens."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()

    def wait_until_up(self, seconds: float = 40.0) -> None:
        """Return once the first page answers and the address was printed."""
        wait_for(lambda: self.status() == 200, seconds, f"a page; printed so far: {self.output}")
        wait_for(lambda: f":{self.port}/" in self.output, 10, "the printed address")

    def find(self, *words: str) -> psutil.Process | None:
        """The first process, guards aside, whose command line holds every word."""
        for process in processes_of(self.folder):
            line = _command_line(process)
            if "-S" not in line and all(any(word in part for part in line) for word in words):
                return process
        return None

    def send(self, number: signal.Signals) -> int:
        """Signal the supervisor and wait for its end; returns its exit status."""
        assert self.supervisor is not None
        self.supervisor.send_signal(number)
        return self.supervisor.wait(30)

    def clean_up(self) -> None:
        """Kill whatever is left."""
        for process in processes_of(self.folder):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        if self.supervisor is not None:
            self.supervisor.wait(10)
