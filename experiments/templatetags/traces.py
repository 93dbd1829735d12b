"""Filters of the pages that show answers."""

from __future__ import annotations

import json

from django import template

register = template.Library()

LONGEST = 20_000
"""Characters of one text that a page holds at most."""
FOLDED = 700
"""Characters beyond which a text is folded."""


@register.filter
def pretty(data: object) -> str:
    """JSON for people: indented, keys in their order, letters of every script as they are."""
    return whole(json.dumps(data, ensure_ascii=False, indent=2, default=str))


@register.filter
def is_long(text: object) -> bool:
    """Whether a text is folded until the reader asks for all of it."""
    return len(str(text)) > FOLDED


@register.filter
def beginning(text: object) -> str:
    """What stands before the fold."""
    return str(text)[:FOLDED].rstrip()


@register.filter
def whole(text: object) -> str:
    """All of a text, or so much of it as a page can hold, with words that say how much is missing."""
    words = str(text)
    left = len(words) - LONGEST
    return words if left <= 0 else f"{words[:LONGEST]}\n[{left:,} more characters are recorded]"


@register.filter
def pairs(data: object) -> list[tuple[object, object]]:
    """The entries of a mapping. (A template's own `.items` would be looked up as a key, which words can be.)"""
    return list(data.items()) if isinstance(data, dict) else []
