"""Small Python functions to be written, with tests that can be seen and tests that cannot."""

from collections.abc import Iterator
from random import Random
from typing import Any

from experiments.starter import (
    functions_lists,
    functions_numbers,
    functions_predicates,
    functions_tables,
    functions_text,
)
from experiments.starter.function_task import VISIBLE, Task

SYSTEM = "You write Python. Reply with the function alone, in a ```python block."
SIZES = {"train": 120, "probe": 40, "gold": 60}


def function_tasks() -> list[Task]:
    """Every task there is."""
    modules = (functions_text, functions_numbers, functions_lists, functions_tables, functions_predicates)
    return [made for module in modules for made in module.TASKS]


def function_rows(seed: int = 0) -> Iterator[dict[str, Any]]:
    """Yield rows of `SIZES`, each task once, in an order that the seed draws."""
    tasks = function_tasks()
    Random(f"functions/{seed}").shuffle(tasks)
    for split, size in SIZES.items():
        for _ in range(size):
            yield _row(tasks.pop(), split)


def _row(made: Task, split: str) -> dict[str, Any]:
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": made.question}]
    return {
        "id": f"function-{made.name}",
        "prompt": messages,
        "tests": made.tests[:VISIBLE],
        "hidden_tests": made.tests[VISIBLE:],
        "split": split,
        "meta": {"function": made.name, "kind": made.function.__module__.rpartition("_")[2]},
    }
