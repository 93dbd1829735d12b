"""One Python function to be written: its question, its tests and its solution, all from its own source."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

VISIBLE = 2
"""Tests that stand in the question; the others are hidden."""
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
