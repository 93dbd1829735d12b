"""Equations of sums as a solution writes them: true by arithmetic, whatever was asked."""

import re

from experiments.alignment.sums import MOST_DIGITS, SUM, terms_of

OPERATOR = r"[*/^+\-\u2212\u00d7\u00f7]"
COMES_AFTER = re.compile(rf"(?:[\d.,:]|(?:{OPERATOR}|\))[ \t]*)\Z")
"""What stands before a sum that is a part of a longer expression or number."""
GOES_ON = re.compile(rf"[ \t]*{OPERATOR}[ \t]*\d")
MOST_SPACES = 8
EQUATION = re.compile(rf"({SUM.pattern})\s*=\s*(-?\d{{1,{MOST_DIGITS}}})(?![\d.,]*\d)")


def equations_hold(text: str) -> bool | None:
    """Whether every equation of a text is true; None where it holds none.

    `3 + 4 = 7` is one, `3 + 4 is 7` is not, and neither is `2 * 3 + 4 = 10`, of which a part looks like one.
    """
    whole = [found for found in EQUATION.finditer(text) if not _is_part(found, text)]
    found = [(terms_of(one[1]), int(one[2])) for one in whole]
    known = [(terms, right) for terms, right in found if terms]
    return all(sum(terms) == right for terms, right in known) if known else None


def _is_part(found: re.Match[str], text: str) -> bool:
    before = text[max(0, found.start() - MOST_SPACES) : found.start()]
    return COMES_AFTER.search(before) is not None or GOES_ON.match(text, found.end()) is not None
