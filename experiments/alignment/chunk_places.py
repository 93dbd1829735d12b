"""Places among the items of a chunk: what a selector of one group can decide by, where all groups compete."""

from collections.abc import Sequence
from typing import Any


def places(keys: Sequence[Any]) -> list[float]:
    """The place of each key among all, smallest first, as a share from 0 up to but not including 1.

    Equal keys keep their order.
    """
    order = sorted(range(len(keys)), key=lambda index: keys[index])
    found = [0.0] * len(keys)
    for place, index in enumerate(order):
        found[index] = place / len(keys)
    return found
