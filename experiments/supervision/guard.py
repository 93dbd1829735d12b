"""Runs one command and ends its whole process group when the supervisor is gone, however it went.

Started as `python guard.py DESCRIPTOR COMMAND…` in a new session. DESCRIPTOR is the reading end of a pipe
whose only writing end the supervisor holds: end-of-file means that the supervisor no longer exists. A
parent-death signal alone would miss the grandchildren, such as the pool processes of a worker.
Standard library only, because this file runs by its path, once for every supervised process.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """On Linux: let the kernel kill this process when the guard itself is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def watch(descriptor: int) -> None:
    """Block until the pipe's writing end is closed, then kill the group, this process included."""
    while os.read(descriptor, 1):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


def main(descriptor: int, command: list[str]) -> int:
    """Run `command`; returns its exit status, negative signals as 128 + number."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    child = subprocess.Popen(command, preexec_fn=die_with_parent)
    signal.signal(signal.SIGTERM, lambda number, frame: child.terminate())
    threading.Thread(target=watch, args=(descriptor,), daemon=True).start()
    status = child.wait()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
