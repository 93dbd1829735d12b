"""The survey's three standing experiments: one click launches their runs, one page reads them for a stranger."""

from experiments.services.standing.experiments import (
    STANDING,
    StandingExperiment,
    find_standing,
    launch_standing,
    rounds_of,
)
from experiments.services.standing.parts import Cell, Part, Table

__all__ = [
    "STANDING",
    "Cell",
    "Part",
    "StandingExperiment",
    "Table",
    "find_standing",
    "launch_standing",
    "rounds_of",
]
