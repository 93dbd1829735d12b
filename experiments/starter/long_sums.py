"""Sums and differences of two to six whole numbers from 1 to 20: harder the longer they are, in known steps."""

from collections.abc import Iterator
from random import Random
from typing import Any

SYSTEM = "You are a calculator. Reply with the number only."
SIZES = {"train": 256, "probe": 96, "gold": 200}
TERMS = range(2, 7)
LARGEST = 20
SUBTRACTED = 0.3
"""Share of the terms, the first one aside, that are taken away."""


def long_sum_rows(seed: int = 0) -> Iterator[dict[str, Any]]:
    """Yield rows of `SIZES`, every question once, the numbers of terms in turn; `meta` holds the number of terms."""
    random = Random(f"long-sums/{seed}")
    asked: set[tuple[int, ...]] = set()
    for split, size in SIZES.items():
        for number in range(size):
            terms = _fresh(random, TERMS[number % len(TERMS)], asked)
            asked.add(terms)
            yield _row(f"long-sum-{split}-{number:03}", terms, split)


def _fresh(random: Random, n: int, asked: set[tuple[int, ...]]) -> tuple[int, ...]:
    while True:
        signs = [1, *(-1 if random.random() < SUBTRACTED else 1 for _ in range(n - 1))]
        terms = tuple(sign * random.randint(1, LARGEST) for sign in signs)
        if terms not in asked:
            return terms


def _row(row_id: str, terms: tuple[int, ...], split: str) -> dict[str, Any]:
    first, *rest = terms
    question = " ".join([str(first), *(f"{'-' if term < 0 else '+'} {abs(term)}" for term in rest)])
    messages = [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": f"What is {question}?"},
    ]
    meta = {"terms": len(terms)}
    return {"id": row_id, "prompt": messages, "answer": sum(terms), "split": split, "meta": meta}
