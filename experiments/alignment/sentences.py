"""The least that makes a text a sentence, as far as code can tell: different words, and not one thing over and over.

It is a floor, not a grammar. It keeps the ending word alone, or one word said twice, from counting as an answer.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

UNSPACED = r"\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff"
"""Letters of scripts that write without spaces."""
WORD = re.compile(rf"[{UNSPACED}]|[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
"""A run of letters, apostrophes within it; where scripts write without spaces, each letter stands for a word."""
LEAST_WORDS = 3


def words_of(text: str) -> list[str]:
    """The words of a text, ignoring case; digits and signs are none."""
    return WORD.findall(text.casefold())


def repeats(words: Sequence[str]) -> bool:
    """Whether the words say one thing again and again; nothing at all counts as that.

    The words are read as a ring, and at most half of the neighbouring pairs are different. So any part that is
    said twice or more and makes up the whole is found ("a a", "a b a b"), while one word alone repeats nothing.
    """
    ring = {*pairwise([*words, *words[:1]])}
    return 2 * len(ring) <= len(words)


def is_sentence(text: str) -> bool:
    """Whether a text has at least three different words and does not repeat itself throughout."""
    words = words_of(text)
    return len(set(words)) >= LEAST_WORDS and not repeats(words)
