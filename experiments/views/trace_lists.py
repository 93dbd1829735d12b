"""The list of a run's traces as an address describes it, and the walk through it from one trace to the next.

The list shows one part of one iteration at a time, so that every sorting is answered by an index; a search
looks through the whole run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from django.db.models import Exists, OuterRef, Subquery

from experiments.alignment.errors import ConfigError
from experiments.filters import Column, Filter, Listing, Rows
from experiments.models import Iteration, Run, Selection, Trace
from experiments.paging import Key, page_by_key
from experiments.search import matching, terms

PARTS = {
    "probe": "probe answers",
    "gold": "gold answers",
    "train": "training samples",
    "proxy": "answers to train prompts",
    "operator": "operator test",
    "control_probe": "control, probe",
    "control_gold": "control, gold",
}
FATES = ("used", "chosen", "rejected", "kept", "dropped")
USED = ("chosen", "kept")
COLUMNS = (
    Column("prompt", name="asked", order="position"),
    Column("value", name="value", order="value", figure=True, largest_first=True),
    Column("change", name="change", order="delta", figure=True, largest_first=True),
    Column("tokens", figure=True),
    Column("answers", figure=True),
    Column("kept", figure=True),
    Column("unscored signals", figure=True),
)
FOUND_COLUMNS = (Column("prompt", name="asked", order="pk"), *COLUMNS[1:])
LONGEST_ADDRESS = 1_000


@dataclass(frozen=True)
class TraceList:
    """One list: the run, the iteration in force (None while a search looks everywhere) and the listing."""

    run: Run
    listing: Listing
    iteration: Iteration | None
    refusal: str = ""

    @property
    def rows(self) -> Rows:
        rows = Trace.objects.filter(iteration__run=self.run).select_related("iteration", "row")
        return rows.defer("row__messages", "row__reference", "row__meta")

    @property
    def address(self) -> str:
        """The list's query string, as links to its members carry it."""
        return self.listing.url().removeprefix("?")

    def neighbours(self, trace: Trace) -> tuple[Trace | None, Trace | None]:
        """The traces before and after this one in the list's order."""
        rows, order = self.listing.apply(self.rows), self.listing.order()
        key = Key(getattr(trace, order.removeprefix("-")), trace.pk).encode()
        before = page_by_key(rows, order, before=key, size=1).rows
        after = page_by_key(rows, order, after=key, size=1).rows
        return (before[0] if before else None), (after[0] if after else None)


def trace_list(run: Run, params: Mapping[str, str]) -> TraceList:
    """The list that these words of an address ask for; what they leave open is chosen for the reader."""
    words = dict(params.items())
    iterations = {str(one.index): one for one in run.iterations.order_by("index")}
    searching, refusal = _search_words(words)
    if searching:
        filters = _filters(run, iterations, None, PARTS)
        listing = Listing(words, FOUND_COLUMNS, "asked", filters, search=partial(_containing, run))
        return TraceList(run, listing, None)
    iteration = iterations.get(words.get("iteration", "")) or _latest(iterations)
    parts, phases = _contents(iteration)
    _complete(words, iteration, parts)
    filters = [*_filters(run, iterations, iteration, parts), _phase_filter(phases)]
    listing = Listing(words, COLUMNS, "asked", filters, rest=_in_first_phase)
    return TraceList(run, listing, iteration, refusal)


def trace_list_at(run: Run, address: str, trace: Trace) -> TraceList:
    """The list that a reader came from, by its query string; else the trace's own part and iteration."""
    words = dict(parse_qsl(address[:LONGEST_ADDRESS])) if address else {}
    if not words:
        words = {"iteration": str(trace.iteration.index), "part": trace.part}
    return trace_list(run, words)


def _search_words(words: dict[str, str]) -> tuple[bool, str]:
    if not words.get("q", "").strip():
        return False, ""
    try:
        terms(words["q"])
    except ConfigError as error:
        return False, error.message
    return True, ""


def _latest(iterations: Mapping[str, Iteration]) -> Iteration | None:
    started = [one for one in iterations.values() if one.traces or one.started_at]
    return started[-1] if started else next(iter(iterations.values()), None)


def _contents(iteration: Iteration | None) -> tuple[dict[str, str], int]:
    """The parts that an iteration has traces of, with their words, and its number of phases; one query."""
    if iteration is None:
        return {}, 1
    mine = Trace.objects.filter(iteration=OuterRef("pk"))
    asked = {f"has_{part}": Exists(mine.filter(part=part)) for part in PARTS}
    last = Subquery(mine.order_by("-phase").values("phase")[:1])
    found = Iteration.objects.filter(pk=iteration.pk).values(last_phase=last, **asked)
    row: dict[str, Any] = dict(found.get())
    return {part: words for part, words in PARTS.items() if row[f"has_{part}"]}, (row["last_phase"] or 0) + 1


def _complete(words: dict[str, str], iteration: Iteration | None, parts: Mapping[str, str]) -> None:
    """Chooses what the address left open, so that the chips show what the list shows."""
    if iteration is not None:
        words["iteration"] = str(iteration.index)
    if words.get("part") not in PARTS:
        about_fates = words.get("fate") or words.get("reason")
        words["part"] = "train" if about_fates and "train" in parts else next(iter(parts), "probe")


def _filters(
    run: Run, iterations: Mapping[str, Iteration], iteration: Iteration | None, parts: Mapping[str, str]
) -> list[Filter]:
    reasons = iteration.dropped if iteration is not None else {}
    fates = [(fate, fate) for fate in FATES] if iteration is None or "train" in parts else []
    return [
        Filter(
            "iteration",
            "Iteration",
            [(index, index) for index in iterations],
            partial(_of_iteration, iterations),
        ),
        Filter("part", "Part", list(parts.items()), _of_part),
        Filter("fate", "Fate", fates, partial(_with_fate, run, iteration)),
        Filter("reason", "Dropped because", [(r, r) for r in reasons], partial(_with_reason, run, iteration)),
        Filter("value", "Value", [("unscored", "unscored")], lambda rows, _: rows.filter(value=None)),
    ]


def _of_iteration(iterations: Mapping[str, Iteration], rows: Rows, value: str) -> Rows:
    return rows.filter(iteration=iterations[value])


def _phase_filter(phases: int) -> Filter:
    choices = [(str(phase), str(phase + 1)) for phase in range(phases)] if phases > 1 else []
    return Filter("phase", "Phase", choices, lambda rows, value: rows.filter(phase=int(value)))


def _in_first_phase(rows: Rows, chosen: Mapping[str, str]) -> Rows:
    # One phase at a time: only then does the index give the order in which prompts were asked.
    return rows if "phase" in chosen else rows.filter(phase=0)


def _of_part(rows: Rows, value: str) -> Rows:
    return rows.filter(part=value)


def _selections(run: Run, iteration: Iteration | None) -> Rows:
    rows = Selection.objects.filter(role="policy")
    return rows.filter(iteration__run=run) if iteration is None else rows.filter(iteration=iteration)


def _with_fate(run: Run, iteration: Iteration | None, rows: Rows, value: str) -> Rows:
    fates = USED if value == "used" else (value,)
    return rows.filter(pk__in=_selections(run, iteration).filter(fate__in=fates).values("trace"))


def _with_reason(run: Run, iteration: Iteration | None, rows: Rows, value: str) -> Rows:
    return rows.filter(
        pk__in=_selections(run, iteration).filter(fate="dropped", reason=value).values("trace")
    )


def _containing(run: Run, rows: Rows, text: str) -> Rows:
    return matching(rows, run, text)
