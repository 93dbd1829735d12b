"""Sums and differences of whole numbers as they stand in a question: read, split into steps, regrouped.

No reference is read here: what a sum is worth follows from the question itself.
"""

import re
from collections.abc import Sequence

from experiments.alignment.verifiers.number import last_number

SIGN = r"[-+\u2212]"
SUM = re.compile(rf"(?<!\d)-?\d++(?:\s*+{SIGN}\s*+\d++){{1,200}}")
"""Possessive, and of so many terms at most, so that hostile text is read in linear time."""
TERM = re.compile(rf"({SIGN}?)\s*(\d+)")
MOST_DIGITS = 12

Terms = tuple[int, ...]


def terms_of(question: str) -> Terms:
    """The signed terms of the first sum in a question; nothing where there is none.

    Numbers of more than twelve digits are none: no question of this kind holds them, and hostile text might.
    """
    found = SUM.search(question)
    if found is None:
        return ()
    parts = TERM.findall(found.group())
    if any(len(digits) > MOST_DIGITS for _, digits in parts):
        return ()
    return tuple(int(digits) if sign in ("", "+") else -int(digits) for sign, digits in parts)


def written(terms: Sequence[int]) -> str:
    """The terms as a sum, `3 + 14 - 5`."""
    first, *rest = terms
    return " ".join([str(first), *(f"{'-' if term < 0 else '+'} {abs(term)}" for term in rest)])


def with_sum(question: str, terms: Sequence[int]) -> str:
    """The same question about another sum."""
    return SUM.sub(written(terms), question, count=1)


def orders(terms: Terms, most: int) -> list[Terms]:
    """Up to `most` orders of the same terms, all worth the same: as written, turned round, then rotated.

    Each begins with a term that is not negative, where there is one, and no order is given twice.
    """
    rotated = [(*terms[at:], *terms[:at]) for at in range(1, len(terms))]
    found = [_led(order) for order in (terms, terms[::-1], *rotated)]
    return list(dict.fromkeys(found))[:most]


def _led(terms: Terms) -> Terms:
    """The first term that is not negative comes to the front."""
    at = next((place for place, term in enumerate(terms) if term >= 0), 0)
    return (terms[at], *terms[:at], *terms[at + 1 :])


def whole_number(text: str) -> int | None:
    """The last number of an answer, where it is a whole one of a size that can be asked on with."""
    found = last_number(text)
    if found is None or abs(found) >= 10**MOST_DIGITS or found != int(found):
        return None
    return int(found)
