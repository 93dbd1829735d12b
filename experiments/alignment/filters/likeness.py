"""How alike two texts are: by the order of their words, by their words alone, by their letters, by shared passages."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Indel

from experiments.alignment.diagnostics.text import words
from experiments.alignment.word_cosine import cosine

PASSAGE = 13
"""Words of a passage that no two texts share by chance (arXiv 2005.14165, appendix C)."""
LETTERS = 3
TOKEN = re.compile(r"\w+|[^\w\s]")


@lru_cache(maxsize=20_000)
def in_order(text: str) -> tuple[str, ...]:
    """The words of a text as ROUGE counts them."""
    return tuple(words(text))


@lru_cache(maxsize=20_000)
def sorted_words(text: str) -> tuple[str, ...]:
    """The same words in alphabetical order."""
    return tuple(sorted(words(text)))


def rouge_l(first: str, second: str) -> float:
    """ROUGE-L: 2 · longest common subsequence of words / words of both, 0 to 1; 0 where one has no words.

    That is the insertions and deletions between the two, normalised. Without stemming, as Self-Instruct has it.
    """
    a, b = in_order(first), in_order(second)
    return Indel.normalized_similarity(a, b) if a and b else 0.0


def nearest(text: str, others: Sequence[str]) -> tuple[float, str]:
    """The likest of the others by ROUGE-L, the first of equals; 0 and nothing where none shares a word."""
    return _nearest(in_order(text), [in_order(other) for other in others], others)


def nearest_unordered(text: str, others: Sequence[str]) -> tuple[float, str]:
    """The same, whatever the order of the words is."""
    return _nearest(sorted_words(text), [sorted_words(other) for other in others], others)


def _nearest(
    query: tuple[str, ...], choices: Sequence[tuple[str, ...]], texts: Sequence[str]
) -> tuple[float, str]:
    if not query or not choices:
        return 0.0, ""
    best = process.extractOne(query, choices, scorer=Indel.normalized_similarity)
    return (best[1], texts[best[2]]) if best and best[1] > 0 else (0.0, "")


def nearest_by_letters(text: str, others: Sequence[str]) -> tuple[float, str]:
    """The likest of the others by the cosine of their counted runs of three letters: other endings stay alike."""
    own = _runs(text)
    found = (cosine(own, _runs(other)) for other in others)
    value, place = max(((value, -place) for place, value in enumerate(found)), default=(0.0, 0))
    return (value, others[-place]) if value > 0 else (0.0, "")


@lru_cache(maxsize=20_000)
def _runs(text: str) -> Counter[str]:
    padded = [f" {word} " for word in words(text)]
    return Counter(word[i : i + LETTERS] for word in padded for i in range(len(word) - LETTERS + 1))


def shares_passage(text: str, others: Iterable[str], length: int = PASSAGE) -> bool:
    """Whether the text holds `length` words of another one in a row, or the whole of a shorter one.

    Signs count as words, since "3 + 4" and "3 - 4" are different questions.
    """
    own = _tokens(text)
    return any(_within(own, _tokens(other), length) for other in others)


@lru_cache(maxsize=20_000)
def _tokens(text: str) -> tuple[str, ...]:
    return tuple(TOKEN.findall(text.lower()))


def _within(own: tuple[str, ...], other: tuple[str, ...], length: int) -> bool:
    size = min(length, len(other))
    if not 0 < size <= len(own):
        return False
    passages = {own[i : i + size] for i in range(len(own) - size + 1)}
    return any(other[i : i + size] in passages for i in range(len(other) - size + 1))
