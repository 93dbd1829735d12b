"""The real sandbox, its interpreter fetched and compiled once for all tests of a process."""

from pathlib import Path

from django.conf import settings

from tasks.sandbox.limits import Limits
from tasks.sandbox.runner import WasiRunner


def sandbox(**limits: float) -> WasiRunner:
    """A sandbox where workers of the tests have theirs; `limits` change single ones."""
    return WasiRunner(Path(settings.DATA_DIR) / "downloads", Limits(**limits))  # type: ignore[arg-type]
