"""Metrics of one family of recipes, one file each: a module's `measure` reads a record and yields its metrics.

A composition names the ones that it reports; the file of that name is found by itself.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache

from experiments.alignment.errors import ConfigError
from experiments.alignment.evaluators.record import Record
from experiments.alignment.types import Metric

Measure = Callable[[Record], Iterator[Metric]]


@cache
def measure_names() -> tuple[str, ...]:
    """Every family there is; looked up once, since pages put compositions together."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def find_measure(name: str) -> Measure:
    """The function of a family. Raises ConfigError for a name that is none."""
    if name not in measure_names():
        raise ConfigError(f"There are no metrics called {name!r}; there are {', '.join(measure_names())}.")
    measure: Measure = importlib.import_module(f"{__name__}.{name}").measure
    return measure
