"""Real services for tests: a broker, and processes that share the test database with this one."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from alignment_web.environment import embedded_socket
from experiments.supervision import broker, preflight


def wait_for(condition, seconds: float = 20.0, what: str = "the condition") -> None:
    """Return once `condition()` is true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not hold within {seconds:g} s"
        time.sleep(0.05)


@contextmanager
def running_broker(data_dir: Path) -> Iterator[Path]:
    """The product's own broker, with its socket and its file in `data_dir`; yields the socket."""
    socket = embedded_socket(data_dir)
    server = subprocess.Popen(broker.command(socket, data_dir))
    try:
        wait_for(socket.exists, what="the broker's socket")
        preflight.check_broker(f"redis+socket://{socket}")
        yield socket
    finally:
        server.terminate()
        server.wait(10)


def test_database_url() -> str:
    """The URL of the database that the running test uses."""
    config = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{config['NAME']}"
    secret = f":{quote(config['PASSWORD'], safe='')}" if config["PASSWORD"] else ""
    port = f":{config['PORT']}" if config["PORT"] else ""
    host = quote(config["HOST"], safe="") + port
    return f"postgresql://{quote(config['USER'], safe='')}{secret}@{host}/{config['NAME']}"


test_database_url.__test__ = False  # type: ignore[attr-defined]


def process_environment(**extra: str) -> dict[str, str]:
    """The environment for a process that works on the test database, the test data and the test broker."""
    return {
        **os.environ,
        "DATABASE_URL": test_database_url(),
        "DATA_DIR": str(settings.DATA_DIR),
        "BROKER_URL": settings.BROKER_URL,
        **extra,
    }
