"""Sums and differences of whole numbers from 0 to 20: the smallest task with one right answer."""

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Any

SYSTEM = "You are a calculator. Reply with the number only."
SIZES = {"train": 256, "probe": 96, "gold": 200}
LARGEST = 20


def arithmetic_rows(seed: int = 0) -> Iterator[dict[str, Any]]:
    """Yield rows of `SIZES`, drawn without replacement from the 882 questions there are."""
    numbers = range(LARGEST + 1)
    questions = list(product(numbers, "+-", numbers))
    Random(f"arithmetic/{seed}").shuffle(questions)
    for split, size in SIZES.items():
        for number in range(size):
            yield _row(f"arithmetic-{split}-{number:03}", *questions.pop(), split)


def _row(row_id: str, left: int, sign: str, right: int, split: str) -> dict[str, Any]:
    answer = left + right if sign == "+" else left - right
    messages = [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": f"What is {left} {sign} {right}?"},
    ]
    return {"id": row_id, "prompt": messages, "answer": answer, "split": split, "meta": {"operation": sign}}
