"""Running model-written programs away from everything: CPython compiled to WebAssembly, in a guest without a world.

The guest has no network, no files, no processes and no threads, because nothing of the kind is handed to it. What
it may use of this machine is limited in `limits`; what stops it is data.
"""

import importlib.util
from pathlib import Path

from experiments.alignment.ports import CodeRunner


def code_runner(directory: Path) -> CodeRunner | None:
    """The sandbox of this machine, None where its runtime (wasmtime) is not installed.

    The interpreter is fetched and compiled below `directory` when the first program runs.
    """
    if importlib.util.find_spec("wasmtime") is None:
        return None
    from tasks.sandbox.runner import WasiRunner

    return WasiRunner(directory)
