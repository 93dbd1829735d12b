"""How often an endpoint is asked: limits a minute, and how long to wait after a failure."""

import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from tasks.policies.endpoint_wire import Kind

MINUTE = 60.0
Clock = Callable[[], float]


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
        return max(backoff, min(asked or 0.0, self.longest_asked))


@dataclass
class Sent:
    """One request of the last minute; its tokens are an estimate until the server has counted them."""

    at: float
    tokens: int


class Pace:
    """Keeps requests and tokens of the last minute within their limits; None is no limit.

    One for each endpoint and process: with several workers each has limits of its own.
    """

    def __init__(self, requests: int | None, tokens: int | None, clock: Clock = time.monotonic) -> None:
        self.requests, self.tokens, self.clock = requests, tokens, clock
        self._sent: deque[Sent] = deque()
        self._quiet_until = 0.0

    def ready(self, tokens: int) -> bool:
        """Whether a request of so many tokens may go out now. One that is larger than the limit goes alone."""
        now = self.clock()
        while self._sent and self._sent[0].at <= now - MINUTE:
            self._sent.popleft()
        if now < self._quiet_until:
            return False
        if self.requests is not None and len(self._sent) >= self.requests:
            return False
        used = sum(one.tokens for one in self._sent)
        return self.tokens is None or not self._sent or used + tokens <= self.tokens

    def sent(self, tokens: int) -> Sent:
        """Notes a request that goes out now."""
        self._sent.append(Sent(self.clock(), tokens))
        return self._sent[-1]

    def be_quiet(self, seconds: float) -> None:
        """Asks nothing for a while: the server said so."""
        self._quiet_until = max(self._quiet_until, self.clock() + seconds)
