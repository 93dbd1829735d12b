"""How long a request to an endpoint is tried."""

import random
from dataclasses import dataclass

from tasks.policies.endpoint_wire import Kind


@dataclass(frozen=True)
class Patience:
    """How often one request is tried, and how long is waited between: twice as long each time, in seconds."""

    attempts: int = 6
    first: float = 1.0
    longest: float = 30.0
    longest_asked: float = 300.0

    def tries(self, kind: Kind) -> int:
        """How often a request that failed so is sent in all; what is slow or unreadable gets half of the attempts."""
        return {"busy": self.attempts, "slow": self.attempts // 2, "garbage": self.attempts // 2}.get(kind, 1)

    def after(self, tries: int, asked: float | None) -> float:
        """Seconds to wait after so many tries. What the server asked for is the least; the rest is drawn, so that
        requests that failed together do not come back together.
        """
        backoff = min(self.longest, self.first * 2 ** (tries - 1)) * random.uniform(0.5, 1.0)
        return max(backoff, self.quiet(asked))

    def quiet(self, asked: float | None) -> float:
        """For how long a server gets the quiet that it asks for."""
        return min(asked or 0.0, self.longest_asked)
