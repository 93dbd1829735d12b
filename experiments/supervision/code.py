"""Whether this process runs the code that lies on disk: a recipe that was written since is not in it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("alignment_web", "experiments", "tasks")
Fingerprint = frozenset[tuple[str, int, int]]


def fingerprint(root: Path = ROOT) -> Fingerprint:
    """Every Python file of the product with its size and when it was written."""
    files = (file for package in PACKAGES for file in (root / package).rglob("*.py"))
    return frozenset((str(file), stat.st_size, stat.st_mtime_ns) for file in files if (stat := file.stat()))


AT_START = fingerprint()
"""Of when this module was imported, which a worker does first of all."""


def changed() -> bool:
    """Whether a file was written, added or removed since this process began."""
    try:
        return fingerprint() != AT_START
    except OSError:  # A file that goes while it is looked at is being written.
        return True
