"""Documentation as prose: the little markup that docstrings carry, on escaped text."""

import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

CODE = re.compile(r"`([^`]+)`")
STRESS = re.compile(r"\*(\S(?:[^*]*\S)?)\*")
ARXIV = re.compile(r"\b(\d{4}\.\d{4,5})\b")


@register.filter
def prose(text: str) -> SafeString:
    """`code`, *stress* and arXiv numbers as elements; everything else is text."""
    escaped = conditional_escape(text)
    marked = STRESS.sub(r"<em>\1</em>", CODE.sub(r"<code>\1</code>", escaped))
    return mark_safe(ARXIV.sub(r'<a href="https://arxiv.org/abs/\1" rel="noreferrer">\1</a>', marked))  # noqa: S308
