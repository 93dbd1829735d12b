"""Small Python functions to be written, with tests that can be seen and tests that cannot."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

SYSTEM = "You write Python. Reply with the function alone, in a ```python block."
SIZES = {"train": 120, "probe": 40, "gold": 60}
VISIBLE = 2
IMPORTS = "import math\nfrom itertools import pairwise\nfrom typing import Any\n\n\n"
Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Task:
    """A function that answers its own task: its docstring is the question, its `calls` become the tests."""

    function: Function
    calls: tuple[tuple[Any, ...], ...]

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def tests(self) -> tuple[str, ...]:
        """One assert a call, in order; the first `VISIBLE` stand in the question."""
        return tuple(
            f"assert {self.name}({', '.join(map(repr, call))}) == {self.function(*call)!r}"
            for call in self.calls
        )

    @property
    def question(self) -> str:
        """What is to be written, in words, with the tests that may be seen."""
        takes = ", ".join(inspect.signature(self.function).parameters)
        words = " ".join((inspect.getdoc(self.function) or "").split())
        asked = f"Write a Python function {self.name}({takes}). {words}"
        return "\n".join((asked, "It must pass these tests:", *self.tests[:VISIBLE]))

    @property
    def solution(self) -> str:
        """The function's own source, without its decorator: the reference that the tests are tried on."""
        source = inspect.getsource(self.function)
        return IMPORTS + source[source.index("def ") :]


def task(into: list[Task], *calls: Any) -> Callable[[Function], Function]:
    """Adds a function to a list of tasks. A call is its one argument, or a tuple where it takes several."""

    def add(function: Function) -> Function:
        several = len(inspect.signature(function).parameters) > 1
        into.append(Task(function, tuple(call if several else (call,) for call in calls)))
        return function

    return add


def function_tasks() -> list[Task]:
    """Every task there is."""
    from experiments.starter import (
        functions_lists,
        functions_numbers,
        functions_predicates,
        functions_tables,
        functions_text,
    )

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
