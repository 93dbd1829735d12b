"""Lists as the address bar describes them: chips, a text filter, sorting and paging, all from an allow-list.

A reader's words choose among what a page declares; they never become part of a look-up's name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet

from experiments.paging import Page, page_by_key

LONGEST_TEXT = 200
Rows = QuerySet[Any]


@dataclass(frozen=True)
class Filter:
    """One row of chips. `choices` are (value, label) pairs; `apply` narrows the rows to a chosen value."""

    name: str
    label: str
    choices: Sequence[tuple[str, str]]
    apply: Callable[[Rows, str], Rows]


@dataclass(frozen=True)
class Column:
    """One column's head. A sortable one has a `name` for the address bar and the `order` field behind it."""

    label: str
    name: str = ""
    order: str = ""
    figure: bool = False
    largest_first: bool = False
    help: str = ""


@dataclass(frozen=True)
class Listing:
    """What one request asks of a list.

    `params` is the query string; `default` names the sorting without one ("-" for descending); `search`
    narrows the rows to a text; `rest` narrows them by what is not chosen, such as hiding archived ones.
    Words that the page does not declare are ignored.
    """

    params: Mapping[str, str]
    columns: Sequence[Column]
    default: str
    filters: Sequence[Filter] = ()
    search: Callable[[Rows, str], Rows] | None = None
    rest: Callable[[Rows, Mapping[str, str]], Rows] | None = None
    keep: Sequence[str] = ()

    @property
    def chosen(self) -> dict[str, str]:
        """The filters in force, by name."""
        allowed = {f.name: {value for value, _ in f.choices} for f in self.filters}
        return {name: self.params[name] for name in allowed if self.params.get(name) in allowed[name]}

    @property
    def text(self) -> str:
        return self.params.get("q", "").replace("\0", "").strip()[:LONGEST_TEXT] if self.search else ""

    @property
    def sort(self) -> str:
        wanted = self.params.get("sort", "")
        names = {c.name for c in self.columns if c.name}
        return wanted if wanted.removeprefix("-") in names else self.default

    @property
    def narrowed(self) -> bool:
        """Whether anything but sorting is in force, so that an empty list means "nothing matches"."""
        return bool(self.chosen or self.text)

    def apply(self, rows: Rows) -> Rows:
        """The rows that the chips and the text leave."""
        for one in self.filters:
            if one.name in self.chosen:
                rows = one.apply(rows, self.chosen[one.name])
        rows = self.rest(rows, self.chosen) if self.rest else rows
        return self.search(rows, self.text) if self.search and self.text else rows

    def order(self) -> str:
        """The order field behind the sorting in force."""
        name = self.sort.removeprefix("-")
        column = next(c for c in self.columns if c.name == name)
        return f"-{column.order}" if self.sort.startswith("-") else column.order

    def page(self, rows: Rows, size: int = 50) -> Page:
        """One page of the narrowed rows, by key."""
        after, before = self.params.get("after", ""), self.params.get("before", "")
        return page_by_key(self.apply(rows), self.order(), after, before, size)

    def url(self, **changes: str) -> str:
        """The list's address with some words changed and empty ones left out; it leads to the first page."""
        words = {name: self.params[name] for name in self.keep if self.params.get(name)}
        words |= self.chosen
        words |= {"q": self.text} if self.text else {}
        words |= {"sort": self.sort} if self.sort != self.default else {}
        words |= changes
        return "?" + urlencode({name: value for name, value in words.items() if value})

    def chips(self) -> list[dict[str, Any]]:
        """The rows of chips for components/chips.html; a current chip's link takes the filter off."""
        return [
            {"label": f.label, "chips": [self._chip(f, *choice) for choice in f.choices]}
            for f in self.filters
        ]

    def _chip(self, one: Filter, value: str, label: str) -> dict[str, Any]:
        current = self.chosen.get(one.name) == value
        return {"label": label, "current": current, "url": self.url(**{one.name: "" if current else value})}

    def heads(self) -> list[dict[str, Any]]:
        """The columns for components/table.html; a sortable head's link turns the order round."""
        return [self._head(column) for column in self.columns]

    def _head(self, column: Column) -> dict[str, Any]:
        head: dict[str, Any] = {"label": column.label, "figure": column.figure, "help": column.help}
        if not column.name:
            return head
        state = {column.name: "ascending", f"-{column.name}": "descending"}.get(self.sort, "")
        first = f"-{column.name}" if column.largest_first else column.name
        turned = {"ascending": f"-{column.name}", "descending": column.name}.get(state, first)
        return head | {"sort": state, "url": self.url(sort=turned)}

    def pager(self, page: Page, text: str = "") -> dict[str, str]:
        """The links for components/pager.html."""
        return {
            "newer_url": self.url(before=page.newer) if page.newer else "",
            "older_url": self.url(after=page.older) if page.older else "",
            "text": text,
        }
