"""Tells a running task that its worker is shutting down.

Celery's warm shutdown waits for the running task, which may train for an hour. The worker therefore passes
the wish on to its pool, and the task asks `stop_requested()` between chunks and gives its lease back.
"""

import signal
import threading

import psutil

# Not SIGTERM: the pool itself uses that to end a process at once.
STOP_SIGNAL = signal.SIGUSR2
_requested = threading.Event()


def stop_requested() -> bool:
    """Whether this process was asked to end at the next good moment."""
    return _requested.is_set()


def request() -> None:
    """Ask this process to end at the next good moment."""
    _requested.set()


def listen() -> None:
    """Make the stop signal set the wish instead of ending the process; main thread only."""
    signal.signal(STOP_SIGNAL, lambda number, frame: request())


def pass_on() -> None:
    """Send the stop signal to every direct child of this process."""
    for child in psutil.Process().children():
        try:
            child.send_signal(STOP_SIGNAL)
        except psutil.NoSuchProcess:
            continue
