"""Paging by key: a page begins after (or ends before) a row, so the last page costs what the first does.

Rows without a value come last in either direction. They are read as a segment of their own, so that both
engines agree on their place and an index on the column is used. Ties are broken by the primary key.
"""

import base64
import binascii
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import FloatField, Q, QuerySet

MOST_ROWS = 500
LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True)
class Page:
    """Rows in reading order, and the keys that the neighbouring pages start from ("" at an end)."""

    rows: list[Any]
    newer: str = ""
    older: str = ""


@dataclass(frozen=True)
class Key:
    """A place in an order: the sort column's value (None for rows without one) and the primary key."""

    value: Any
    pk: int

    def encode(self) -> str:
        """The key as the address bar carries it."""
        value = self.value.isoformat() if isinstance(self.value, date) else self.value
        return base64.urlsafe_b64encode(json.dumps([value, self.pk]).encode()).decode().rstrip("=")


def decode(text: str) -> Key | None:
    """The key in an address; None where the text is not one."""
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        return None
    return Key(value, pk) if _sound(value) and isinstance(pk, int) and abs(pk) <= LARGEST_KEY else None


def _sound(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" not in value
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or (isinstance(value, int) and abs(value) <= LARGEST_KEY)


@dataclass(frozen=True)
class Order:
    """One column, its direction, and whether rows may lack a value."""

    field: str
    descending: bool
    nullable: bool

    def key(self, row: Any) -> Key:
        value = row
        for part in self.field.split("__"):
            value = getattr(value, part)
        return Key(value, row.pk)

    def segments(self, rows: QuerySet[Any], start: Key | None, backwards: bool) -> Iterator[QuerySet[Any]]:
        """The rows beyond `start` as ordered segments: with a value, then without (or the reverse)."""
        parts = [False, True] if self.nullable else [False]
        for empty in reversed(parts) if backwards else parts:
            if start is None or (start.value is None) == empty:
                yield self._ordered(self._beyond(rows, start, backwards), empty, backwards)
            elif empty != backwards:
                yield self._ordered(rows, empty, backwards)

    def _ordered(self, rows: QuerySet[Any], empty: bool, backwards: bool) -> QuerySet[Any]:
        sign = "-" if self.descending != backwards else ""
        if self.nullable:
            rows = rows.filter(**self._emptiness(rows, empty))
        same = empty or self.field in {"id", "pk"}
        return rows.order_by(*([f"{sign}pk"] if same else [f"{sign}{self.field}", f"{sign}pk"]))

    def _emptiness(self, rows: QuerySet[Any], empty: bool) -> dict[str, Any]:
        # SQLite walks an index on a joined table's numbers only where a comparison says that there is a number.
        joined = getattr(rows.query.annotations.get(self.field), "output_field", None)
        if isinstance(joined, FloatField) and not empty:
            return {f"{self.field}__gte": -math.inf}
        return {f"{self.field}__isnull": empty}

    def _beyond(self, rows: QuerySet[Any], start: Key | None, backwards: bool) -> QuerySet[Any]:
        if start is None:
            return rows
        than = "lt" if self.descending != backwards else "gt"
        if start.value is None or self.field in {"id", "pk"}:
            return rows.filter(**{f"pk__{than}": start.pk})
        further = Q(**{f"{self.field}__{than}": start.value}) | Q(**{f"pk__{than}": start.pk})
        return rows.filter(further, **{f"{self.field}__{than}e": start.value})


def page_by_key(
    queryset: QuerySet[Any], order_field: str, after: str = "", before: str = "", size: int = 50
) -> Page:
    """One page of rows, ordered by one column ("-" for descending) that the caller chose, never the reader.

    `after` and `before` are keys of an earlier page's `older` and `newer`; a key that is none is ignored.
    """
    field = order_field.removeprefix("-")
    order = Order(field, order_field.startswith("-"), _nullable(queryset, field))
    backwards = bool(before) and not after
    start = decode(after or before)
    size = max(1, min(size, MOST_ROWS))
    try:
        rows = _take(order.segments(queryset, start, backwards), size + 1)
    except (ValueError, TypeError, ValidationError):
        start, backwards = None, False
        rows = _take(order.segments(queryset, None, False), size + 1)
    more, rows = len(rows) > size, rows[:size]
    return _page(order, rows[::-1] if backwards else rows, more, start, backwards)


def _take(segments: Iterator[QuerySet[Any]], count: int) -> list[Any]:
    rows: list[Any] = []
    for segment in segments:
        rows += segment[: count - len(rows)]
        if len(rows) >= count:
            break
    return rows


def _page(order: Order, rows: list[Any], more: bool, start: Key | None, backwards: bool) -> Page:
    if not rows:
        return Page([])
    has_newer = more if backwards else start is not None
    has_older = (start is not None) if backwards else more
    newer = order.key(rows[0]).encode() if has_newer else ""
    older = order.key(rows[-1]).encode() if has_older else ""
    return Page(rows, newer, older)


def _nullable(queryset: QuerySet[Any], field: str) -> bool:
    """Whether rows may lack the value; annotations and columns of other tables are taken to."""
    if field == "pk":
        return False
    if field in queryset.query.annotations or "__" in field:
        return True
    try:
        return bool(getattr(queryset.model._meta.get_field(field), "null", False))
    except FieldDoesNotExist:
        return True
