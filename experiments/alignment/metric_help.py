"""What is said about a metric, wherever it is shown."""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["share", "difference", "score", "tokens", "ratio", "count"]
Better = Literal["up", "down", "none"]
MetricRole = Literal["gold", "probe", "proxy", "guard"]


@dataclass(frozen=True, slots=True)
class MetricHelp:
    """`unit` says how to print it, `better` which way is an improvement, `role` how charts draw it."""

    title: str
    help: str
    unit: Unit
    better: Better
    role: MetricRole
