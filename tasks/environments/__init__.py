"""Environments that need a package of their own; importing this makes them known to the worker."""

from experiments.alignment.environments import register
from tasks.environments.frozen_lake import FrozenLake

__all__ = ["FrozenLake"]

register(FrozenLake())
