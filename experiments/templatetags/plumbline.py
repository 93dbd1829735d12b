"""Filters that turn numbers, times and hashes into the words the pages show.

Missing values never become 0: every filter says in words, or with a dash, that nothing was measured.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString

from experiments.charts import has_values

register = template.Library()

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
SPACE = "\N{NO-BREAK SPACE}"
NOT_MEASURED = "not measured"
NOT_COUNTED = "not counted"


def _decimals(size: float) -> int:
    """Digits after the point, so that about three carry meaning."""
    if size >= 100:
        return 0
    if size >= 10:
        return 1
    return 2 if size >= 0.1 or size == 0 else 3


def _plain(value: float) -> str:
    """The digits of a finite number, with a real minus sign and without a sign on zero."""
    if isinstance(value, int):
        return f"{value:,}".replace("-", MINUS)
    size = abs(value)
    if 0 < size < 0.001:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa.removesuffix('.0')}e{int(exponent)}".replace("-", MINUS)
    text = f"{value:,.{_decimals(size)}f}"
    return (text.removesuffix("0") if size < 0.1 and size else text).replace("-", MINUS)


@register.filter
def number(value: float | None) -> str:
    """About three meaningful digits: 0.14, 3.70, 12.5, 1,234. Booleans read "yes" and "no"."""
    if value is None or value == "":
        return NOT_MEASURED
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _plain(value) if math.isfinite(value) else "undefined"


@register.filter
def signed(value: float | None) -> str:
    """A difference with its sign: +0.05, −9; zero carries none."""
    if value is None or value == "":
        return NOT_MEASURED
    return f"+{number(value)}" if value > 0 else number(value)


@register.filter
def tone(value: float | None, better: str = "higher") -> str:
    """The colour of a difference: "good", "bad", or "" for none and for zero. better: "higher" or "lower"."""
    if not value or math.isnan(value):
        return ""
    return "good" if (value > 0) == (better == "higher") else "bad"


@register.filter
def interval(low: float | None, high: float | None) -> str:
    """The two ends: 0.10–0.20, or −0.10 to 0.20 where a dash would read as a minus."""
    if low is None or high is None:
        return "no interval"
    joint = " to " if low < 0 else DASH
    return f"{number(low)}{joint}{number(high)}"


@register.filter
def percent(share: float | None) -> str:
    """A share in per cent: 0.034 reads 3.4 %, 0.5 reads 50 %."""
    if share is None or share == "":
        return NOT_MEASURED
    hundred = share * 100
    digits = 0 if abs(hundred) >= 10 or hundred == round(hundred) else 1
    return f"{hundred:.{digits}f}{SPACE}%".replace("-", MINUS)


@register.filter
def duration(seconds: float | timedelta | None) -> str:
    """Plain words with at most two parts: 42 s, 5 min, 2 h 10 min, 3 days 4 h."""
    if seconds is None or seconds == "":
        return "unknown"
    total = int(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)
    if total < 1:
        return "under a second"
    if total < 60:
        return f"{total} s"
    minutes, hours, days = total // 60, total // 3600, total // 86400
    if minutes < 60:
        return f"{minutes} min"
    if hours < 24:
        return _two(f"{hours} h", minutes % 60, "min")
    return _two(f"{days} day{'' if days == 1 else 's'}", hours % 24, "h")


def _two(first: str, second: int, unit: str) -> str:
    return f"{first} {second} {unit}" if second else first


@register.filter
def amount(value: float | None, axis: str) -> str:
    """An amount of one kind of cost: a time in words, anything else as a count."""
    if value is None:
        return NOT_COUNTED
    return duration(value) if axis == "device_seconds" else number(round(value))


@register.filter
def cost(costs: Mapping[str, float], axis: str) -> str:
    """The amount of one kind among several; "not counted" where it is not known."""
    return amount(costs.get(axis), axis)


@register.filter
def short_hash(value: str | None) -> str:
    """The first eight characters of a hash; a dash for none."""
    return f"{value[:8]}…" if value else DASH


@register.filter
def ago(moment: datetime | None) -> str | SafeString:
    """A <time> element: relative words, the absolute time on hover; the browser keeps the words current."""
    if not moment:
        return DASH
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(timespec="seconds"),
        f"{timezone.localtime(moment):%Y-%m-%d %H:%M %Z}",
        relative(moment, timezone.now()),
    )


def relative(moment: datetime, now: datetime) -> str:
    """Words for the distance between two times: just now, 5 min ago, in 2 h."""
    seconds = (now - moment).total_seconds()
    if abs(seconds) < 45:
        return "just now" if seconds >= 0 else "in a moment"
    words = _largest_part(abs(seconds))
    return f"{words} ago" if seconds > 0 else f"in {words}"


def _largest_part(seconds: float) -> str:
    minutes, hours, days = (round(seconds / unit) for unit in (60, 3600, 86400))
    if minutes < 60:
        return f"{minutes} min"
    if hours < 24:
        return f"{hours} h"
    return "1 day" if days == 1 else f"{days} days"


@register.filter
def drawable(figure: Mapping[str, Any]) -> bool:
    """Whether the figure has a value to draw."""
    return has_values(dict(figure))


@register.filter
def figure_json(figure: Mapping[str, Any], plot_id: str) -> SafeString:
    """The figure as an inert JSON script element that static/js/plots.js reads."""
    return json_script(dict(figure), f"{plot_id}-figure")


@register.filter
def cell(value: object) -> str:
    """A cell of a plot's table: numbers formatted, None as a dash, words as they are."""
    if value is None:
        return DASH
    return number(value) if isinstance(value, int | float) else str(value)
