"""What one policy sends to an endpoint and what that costs: admitted by the gate, and written down as answers come."""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from experiments.alignment.errors import ConfigError
from experiments.alignment.types import Ask
from experiments.endpoints import Admission, Bought, EndpointSettings, Settled
from tasks.policies.endpoint_wire import Usage, prompt_bound, prompt_estimate


class Gate(Protocol):
    """Lets requests out within the limits of an endpoint, whoever else asks it."""

    def limits(self) -> EndpointSettings:
        """The settings as they are now."""

    def admit(self, tokens: int, cost: float) -> Admission: ...

    def settle(self, ended: Sequence[Settled]) -> None:
        """Ends requests and adds what they cost."""

    def be_quiet(self, seconds: float) -> None: ...


class Purse:
    """Asks the gate before a request goes out and tells it what came of it.

    An endpoint without limits and prices is asked without tickets.
    """

    def __init__(
        self, name: str, settings: EndpointSettings, gate: Gate, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name, self.settings, self.gate, self.clock = name, settings, gate, clock
        self._ended: list[Settled] = []
        self._since = Bought()
        self._not_before = 0.0

    def look(self) -> None:
        """Reads the limits anew: a cap may have changed."""
        self.settings = self.gate.limits()

    def admit(self, ask: Ask) -> int | None:
        """The ticket of a request that may go out now; 0 stands for one that needs none, None means to wait.

        Raises ConfigError where the cap has too little left, and nothing is under way that may give something back.
        """
        if self.clock() < self._not_before:
            return None
        if not self.settings.limited:
            return 0
        tokens = prompt_estimate(ask) + ask.max_tokens
        admission = self.gate.admit(tokens, self.settings.cost(prompt_bound(ask), ask.max_tokens))
        if admission.short is not None:
            raise self._too_little(admission.short)
        self._not_before = self.clock() + admission.wait
        return admission.ticket

    def settle(self, ticket: int, usage: Usage | None) -> None:
        """Notes what a request really took; None is nothing that has to be paid."""
        if usage is None:
            self._ended += [Settled(ticket)] if ticket else []
            return
        cost = self.settings.cost(usage.read, usage.written)
        bought = Bought(1, usage.read, usage.written, int(usage.estimated), cost)
        self._ended.append(Settled(ticket, usage.read + usage.written, bought))
        self._since += bought

    def write_down(self) -> None:
        """Hands over what ended, if anything did."""
        if self._ended:
            self.gate.settle(self._ended)
            self._ended = []

    def be_quiet(self, seconds: float) -> None:
        """Asks nothing for a while: the server said so. Other workers learn of it at the gate."""
        self._not_before = max(self._not_before, self.clock() + seconds)
        if self.settings.limited:
            self.gate.be_quiet(seconds)

    def bill(self) -> tuple[int, float]:
        """Answers bought since the last call, and what they cost."""
        since, self._since = self._since, Bought()
        return since.answers, since.cost

    def _too_little(self, left: float) -> ConfigError:
        return ConfigError(
            f"The endpoint {self.name} has {left:.4g} left of its cost cap, too little for another request: "
            f"raise it with `manage.py models cap {self.name} AMOUNT` or, as an administrator, on its page, then "
            "retry the run.",
            field="cost_cap",
        )
