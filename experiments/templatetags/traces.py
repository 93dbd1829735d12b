"""Filters of the pages that show answers."""

from __future__ import annotations

import json

from django import template

register = template.Library()


@register.filter
def pretty(data: object) -> str:
    """JSON for people: indented, keys in their order, letters of every script as they are."""
    return json.dumps(data, ensure_ascii=False, indent=2, default=str)
