"""The list of a run's traces as an address describes it, and the walk through it from one trace to the next.

The list shows one part of one iteration at a time, so that every sorting is answered by an index; a search
looks through the whole run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl

from experiments.alignment.errors import ConfigError
from experiments.filters import Column, Filter, Listing, Rows
from experiments.models import Iteration, Run, Selection, Trace
from experiments.paging import Key, page_by_key
from experiments.search import matching, terms
from experiments.services.parts import Contents, contents

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
        filters = _filters(run, iterations, None, contents(*_ends(iterations)).labels)
        listing = Listing(words, FOUND_COLUMNS, "asked", filters, search=partial(_containing, run))
        return TraceList(run, listing, None)
    iteration = iterations.get(words.get("iteration", "")) or _latest(iterations)
    found = contents(iteration) if iteration else Contents({})
    _complete(words, iteration, found.labels)
    phases = _phase_filter(found.phases_of(words["part"]))
    filters = [*_filters(run, iterations, iteration, found.labels), phases]
    listing = Listing(words, COLUMNS, "asked", filters, rest=_in_first_phase)
    return TraceList(run, listing, iteration, refusal)


def trace_list_at(run: Run, address: str, trace: Trace) -> TraceList:
    """The list that a reader came from, by its query string; else the trace's own part and iteration."""
    words = dict(parse_qsl(address[:LONGEST_ADDRESS])) if address else {}
    if not words:
        words = {"iteration": str(trace.iteration.index), "part": trace.part}
        words |= {"phase": str(trace.phase)} if trace.phase else {}
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


def _ends(iterations: Mapping[str, Iteration]) -> list[Iteration]:
    """The first iteration and the one under way: between them they hold every part of the run."""
    started = [one for one in iterations.values() if one.traces or one.started_at]
    return [*started[:1], *started[-2:]]


def _complete(words: dict[str, str], iteration: Iteration | None, parts: Mapping[str, str]) -> None:
    """Chooses what the address left open, so that the chips show what the list shows."""
    if iteration is not None:
        words["iteration"] = str(iteration.index)
    if words.get("part") not in parts:
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


def _phase_filter(phases: Sequence[int]) -> Filter:
    choices = [(str(phase), f"phase {phase + 1}") for phase in phases]
    return Filter("phase", "Phase", choices, lambda rows, value: rows.filter(phase=int(value)))


def _in_first_phase(rows: Rows, chosen: Mapping[str, str]) -> Rows:
    # One phase at a time: only then does the index give the order in which prompts were asked. Fates are
    # counted over all phases, so that a count and the list behind it agree.
    return rows if chosen.keys() & {"phase", "fate", "reason"} else rows.filter(phase=0)


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
