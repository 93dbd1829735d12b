"""Rows and files for tests of imports."""

import json
from pathlib import Path
from typing import Any

from experiments.models import Dataset, DatasetVersion, Row


def rows(count: int, **more: Any) -> list[dict[str, Any]]:
    """Sums with their answers."""
    return [{"id": f"r{n}", "prompt": f"What is {n} + 1?", "answer": n + 1, **more} for n in range(count)]


def jsonl(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def nothing_is_left() -> bool:
    """Whether an import that was refused left no row behind."""
    return not (Dataset.objects.exists() or DatasetVersion.objects.exists() or Row.objects.exists())
