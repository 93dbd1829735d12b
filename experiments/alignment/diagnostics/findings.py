"""What a diagnostic says, and how little data is too little to say anything."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["measured", "not enough data"]

LEAST_FOR_SHARE = 10
"""Prompts below which no share is stated. Its interval (Wilson) is honest at small n, so a few are enough."""
LEAST_FOR_MEAN = 20
"""Prompts below which no mean, difference, ratio or slope is stated: bootstrap intervals are too short
before.
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One estimate over n prompts with its 95 % interval; all three are None when there was not enough
    data.
    """

    value: float | None
    n: int
    low: float | None
    high: float | None

    @property
    def verdict(self) -> Verdict:
        return "not enough data" if self.value is None else "measured"


def not_enough(n: int) -> Finding:
    """The finding of too few prompts."""
    return Finding(None, n, None, None)
