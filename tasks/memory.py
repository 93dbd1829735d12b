"""Memory that a step no longer needs goes back to the machine."""

import ctypes
import sys


def give_back_memory() -> None:
    """Asks the C library to return its free pages; glibc alone keeps them, and elsewhere this does nothing.

    A training step frees gigabytes of activations in pieces, and without this a worker holds them until it ends:
    4.3 GB instead of 0.8 after one DPO step of a model of 135 M parameters.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
