"""How alike two texts are by what is counted in them."""

import math
import re
from collections import Counter

WORD = re.compile(r"\w+")


def bag(text: str) -> Counter[str]:
    """How often each word stands in a text, ignoring case; numbers are words."""
    return Counter(WORD.findall(text.casefold()))


def cosine(first: Counter[str], second: Counter[str]) -> float:
    """The cosine between two bags of words, or of anything else in a text, 0 to 1; 0 where one of them is empty."""
    length = math.sqrt(_squares(first) * _squares(second))
    return sum(count * second[part] for part, count in first.items()) / length if length else 0.0


def _squares(counts: Counter[str]) -> int:
    return sum(count * count for count in counts.values())
