"""Environments: worlds in which a policy acts, one move of a closed list at a time.

Own ones are the modules of this package. Packages outside Plumbline add theirs by an entry point of the group
`plumbline.environments` whose object calls `register` when it is imported.
"""

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Protocol

from experiments.alignment.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move gave. It was not `valid` where it was allowed but could change nothing: a wall was in the way."""

    reward: float
    valid: bool = True


class Episode(Protocol):
    """One game under way. Equal moves from an equal start give equal observations, rewards and ends."""

    @property
    def observation(self) -> str:
        """What the player sees, in words that are alike for the same state of this episode alone."""

    @property
    def actions(self) -> tuple[str, ...]:
        """The words that may be said now; no two begin with the same token."""

    @property
    def done(self) -> bool:
        """Whether the episode is over. Every episode ends by itself."""

    @property
    def reached(self) -> bool:
        """Whether the goal is met: read from the state of the world, never from the rewards."""

    def step(self, action: str) -> Moved:
        """Make one of the admissible moves of an episode that is not over."""


class Environment(Protocol):
    """A world. `task` tells a model what is to be done; `version` changes when the same seed plays otherwise."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def task(self) -> str: ...

    def start(self, seed: int) -> Episode:
        """A fresh episode; the seed, a whole number from 0, fixes everything about it."""


_environments: dict[str, Environment] = {}


def register(*environments: Environment) -> None:
    """Makes environments known by their names. Raises ConfigError for a name that another one has."""
    for environment in environments:
        if _environments.setdefault(environment.name, environment) is not environment:
            raise ConfigError(f"Two environments are called {environment.name}.")


@cache
def _discover() -> None:
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        importlib.import_module(module.name)
    for entry in entry_points(group="plumbline.environments"):
        entry.load()


def environment_names() -> list[str]:
    """Every environment that this process knows."""
    _discover()
    return sorted(_environments)


def find_environment(name: str) -> Environment:
    """The environment of that name. Raises ConfigError that lists the known ones."""
    _discover()
    if name not in _environments:
        raise ConfigError(
            f"There is no environment {name!r} here; there are {', '.join(environment_names())}. "
            "Install the package that brings it, or name another one."
        )
    return _environments[name]
