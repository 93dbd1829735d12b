"""Where a written solution falls into steps."""

import re
from itertools import pairwise

BREAK = re.compile(r"\n+|(?<=[.;])\s+(?=\S)")
"""The end of a line, or of a sentence."""


def solution_steps(text: str) -> tuple[str, ...]:
    """The steps of a solution, which joined are the text: its lines, and the sentences of each line.

    White space between two steps belongs to the earlier one; a text without words is one step.
    """
    ends = [found.end() for found in BREAK.finditer(text) if text[: found.end()].strip()]
    edges = [0, *(end for end in ends if text[end:].strip()), len(text)]
    return tuple(text[start:stop] for start, stop in pairwise(edges))
