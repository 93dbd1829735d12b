"""Merging adapters into a model, in a process that may load torch: this one never does."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from experiments.alignment.errors import InfrastructureError, ModelError

PROGRAM = "tasks.merging"
MISSING = "No module named"


def merge(model: Path, adapters: Sequence[Path], dtype: str, to: Path) -> None:
    """Writes one whole model directory to `to`: the adapters merged into `model`, in this order.

    Raises ModelError when they do not fit, InfrastructureError where the packages that do it are not installed.
    """
    request = {
        "model": str(model),
        "adapters": [str(adapter) for adapter in adapters],
        "dtype": dtype or "float32",
        "to": str(to),
    }
    done = subprocess.run(
        [sys.executable, "-m", PROGRAM],
        input=json.dumps(request),
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 2:
        raise ModelError(done.stdout.strip())
    if done.returncode:
        raise InfrastructureError(_why(done.stderr))


def _why(said: str) -> str:
    if MISSING in said:
        return "Merging needs the worker's packages (requirements.txt), which are not installed here: run it there."
    last = (said.strip().splitlines() or ["it ended without a word"])[-1]
    return f"The adapters could not be merged: {last[:300]}"
