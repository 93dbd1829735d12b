"""Money for bought answers: what they cost is written down as they come, and nothing is asked beyond the cap."""

from collections.abc import Callable
from dataclasses import dataclass

from experiments.alignment.errors import ConfigError
from experiments.endpoints import EndpointSettings
from tasks.policies.endpoint_wire import Usage

Pay = Callable[["Bill"], float | None]
"""Writes a bill down and says how much may still be spent; None is no cap. An empty bill just asks."""


@dataclass
class Bill:
    """Answers with their tokens, how many of those were estimated, and the cost."""

    answers: int = 0
    read: int = 0
    written: int = 0
    estimated: int = 0
    cost: float = 0.0


class Purse:
    """What one endpoint may cost. Requests under way count with the most that they can cost, so that a cap holds."""

    def __init__(self, name: str, settings: EndpointSettings, pay: Pay) -> None:
        self.name, self.settings = name, settings
        self._pay = pay
        self._left: float | None = None
        self._under_way = 0.0
        self._due = Bill()
        self._since = Bill()

    def look(self) -> None:
        """Asks what is left: other policies and workers spend too, and a cap may change."""
        self._left = self._pay(Bill())

    def most(self, read: int, written: int) -> float:
        return self.settings.cost(read, written)

    def affords(self, cost: float) -> bool:
        return self._left is None or self._under_way + cost <= self._left

    def reserve(self, cost: float) -> None:
        self._under_way += cost

    def settle(self, cost: float, usage: Usage | None) -> None:
        """Ends a reservation and notes what the request really took."""
        self._under_way = max(0.0, self._under_way - cost)
        if usage is None:
            return
        for bill in (self._due, self._since):
            bill.answers += 1
            bill.read += usage.read
            bill.written += usage.written
            bill.estimated += usage.estimated
            bill.cost += self.settings.cost(usage.read, usage.written)

    def write_down(self) -> None:
        """Hands over what is due, if anything is."""
        if self._due.answers:
            due, self._due = self._due, Bill()
            self._left = self._pay(due)

    def refuse(self, cost: float) -> None:
        """Raises ConfigError where so much can really not be paid: the cap may have been raised meanwhile."""
        self.look()
        if not self.affords(cost):
            raise ConfigError(
                f"The endpoint {self.name} has {self._left:.4g} left of its cost cap, too little for another request: "
                f"raise it with `manage.py models cap {self.name} AMOUNT` or, as an administrator, on its page, then "
                "retry the run.",
                field="cost_cap",
            )

    def bill(self) -> tuple[int, float]:
        """Answers bought since the last call, and what they cost."""
        since, self._since = self._since, Bill()
        return since.answers, since.cost
