"""Equations of sums as a solution writes them: true by arithmetic, whatever was asked."""

import re

from experiments.alignment.sums import MOST_DIGITS, SUM, terms_of

EQUATION = re.compile(rf"({SUM.pattern})\s*=\s*(-?\d{{1,{MOST_DIGITS}}})(?![\d.,]*\d)")


def equations_hold(text: str) -> bool | None:
    """Whether every equation of a text is true; None where it holds none. `3 + 4 = 7` is one, `3 + 4 is 7` is not."""
    found = [(terms_of(sides[0]), int(sides[1])) for sides in EQUATION.findall(text)]
    known = [(terms, right) for terms, right in found if terms]
    return all(sum(terms) == right for terms, right in known) if known else None
