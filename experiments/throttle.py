"""Counts failures per key within a window, in this process, the one that serves the pages."""

import time
from threading import Lock

MOST_KEYS = 10_000


class Throttle:
    """Closes for a key once `limit` failures happened within `window` seconds; the oldest one reopens it."""

    def __init__(self, limit: int, window: float) -> None:
        self.limit = limit
        self.window = window
        self._failures: dict[str, list[float]] = {}
        self._lock = Lock()

    def seconds_closed(self, key: str) -> int:
        """Seconds until the key may try again; 0 when it may now."""
        with self._lock:
            failures = self._recent(key)
            if len(failures) < self.limit:
                return 0
            return max(1, round(failures[-self.limit] + self.window - time.monotonic()))

    def failed(self, key: str) -> None:
        """One more failure of the key."""
        with self._lock:
            if len(self._failures) >= MOST_KEYS:
                self._forget_old()
            self._failures[key] = [*self._recent(key), time.monotonic()][-self.limit :]

    def forget(self, key: str) -> None:
        """The key did what it should: its failures no longer count."""
        with self._lock:
            self._failures.pop(key, None)

    def clear(self) -> None:
        """Forget everybody."""
        with self._lock:
            self._failures.clear()

    def _recent(self, key: str) -> list[float]:
        since = time.monotonic() - self.window
        return [moment for moment in self._failures.get(key, []) if moment > since]

    def _forget_old(self) -> None:
        kept = {key: recent for key in self._failures if (recent := self._recent(key))}
        # Whoever failed longest ago goes first: memory stays bounded whatever strangers send.
        latest = sorted(kept, key=lambda key: kept[key][-1])[-MOST_KEYS // 2 :]
        self._failures = {key: kept[key] for key in latest}
