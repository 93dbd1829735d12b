"""Word diff of two texts: what was kept, taken away and added, white space included.

Joining the spans that are not "insert" gives the first text back; joining those that are not "delete" gives
the second.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal, NamedTuple

Op = Literal["equal", "insert", "delete"]

LONGEST = 4_000
"""Units compared one by one; a longer text is taken away and added whole."""


class Span(NamedTuple):
    """A stretch of text and what happened to it."""

    op: Op
    text: str


def word_diff(before: str, after: str) -> list[Span]:
    """Spans in reading order; a deletion comes before the insertion that took its place.

    The unit is a word, a run of white space or one mark of punctuation. Common beginnings and ends are split
    off first; if what remains is longer than LONGEST units on either side, it is not compared further.
    """
    old, new = _units(before), _units(after)
    start, end = _common_ends(old, new)
    spans = [Span("equal", "".join(old[:start]))]
    spans += _middle(old[start : len(old) - end], new[start : len(new) - end])
    spans.append(Span("equal", "".join(old[len(old) - end :])))
    return list(_merged(spans))


def _units(text: str) -> list[str]:
    return re.findall(r"\s+|\w+|[^\w\s]", text)


def _common_ends(old: list[str], new: list[str]) -> tuple[int, int]:
    """How many units the two share at the beginning, and how many of the rest at the end."""
    shorter = min(len(old), len(new))
    start = 0
    while start < shorter and old[start] == new[start]:
        start += 1
    end = 0
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, end


def _middle(old: list[str], new: list[str]) -> Iterator[Span]:
    if max(len(old), len(new)) > LONGEST:
        yield Span("delete", "".join(old))
        yield Span("insert", "".join(new))
        return
    matcher = SequenceMatcher(_is_mark, old, new, autojunk=len(old) + len(new) > 1_000)
    for op, i, j, k, m in matcher.get_opcodes():
        if op == "equal":
            yield Span("equal", "".join(old[i:j]))
        else:
            yield Span("delete", "".join(old[i:j]))
            yield Span("insert", "".join(new[k:m]))


def _is_mark(unit: str) -> bool:
    """Marks and gaps never anchor a match: a shared comma does not make two phrases alike."""
    return not unit[0].isalnum()


def _merged(spans: list[Span]) -> Iterator[Span]:
    """Without empty spans, and with each change as one deletion and one insertion."""
    for same, group in groupby(_bridged(spans), key=lambda span: span.op == "equal"):
        part = list(group)
        ops: tuple[Op, ...] = ("equal",) if same else ("delete", "insert")
        for op in ops:
            text = "".join(span.text for span in part if span.op == op)
            if text:
                yield Span(op, text)


def _bridged(spans: list[Span]) -> Iterator[Span]:
    """A lone gap between two changes belongs to both, so that a rewritten phrase reads as one change."""
    filled = [span for span in spans if span.text]
    for index, span in enumerate(filled):
        if span.op == "equal" and span.text.isspace() and 0 < index < len(filled) - 1:
            yield Span("delete", span.text)
            yield Span("insert", span.text)
        else:
            yield span
