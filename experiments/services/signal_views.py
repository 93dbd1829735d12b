"""Signals, candidates and their fates as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from experiments.models import Candidate, Selection, Signal, Trace, User
from experiments.services.reviews import TeamView, team_views

EVIDENCE = ("rubric",)
"""Kinds of evidence with a template of their own; every other kind is shown as it was recorded."""


@dataclass(frozen=True)
class SignalView:
    """One signal: which answers it is about, in words, its evidence's template and the team's reviews.

    `asks` marks the first one that the member has not answered: the page's keys are its own.
    """

    signal: Signal
    about: str
    orders: str = ""
    review: TeamView | None = None
    asks: bool = False

    @property
    def name(self) -> str:
        return self.signal.kind.replace("_", " ")

    @property
    def unit(self) -> str:
        """The upper end of the rubric's scale, where the value was given on one."""
        high = (self.signal.evidence or {}).get("high") if self.signal.evidence_kind == "rubric" else None
        return f"of {high:g}" if isinstance(high, int | float) else ""

    @property
    def evidence_template(self) -> str:
        kind = self.signal.evidence_kind
        return f"evidence/{kind if kind in EVIDENCE else 'plain'}.html" if kind else ""


@dataclass(frozen=True)
class CandidateView:
    """One answer with its fate, the reason, and the mean of each source's scores."""

    candidate: Candidate
    fates: list[Selection] = field(default_factory=list)
    scores: list[tuple[str, float | None]] = field(default_factory=list)

    @property
    def number(self) -> int:
        return self.candidate.index + 1

    @property
    def tone(self) -> str:
        fates = {selection.fate for selection in self.fates}
        return "good" if fates & {"chosen", "kept"} else "bad" if "rejected" in fates else "plain"


def signal_views(trace: Trace, user: User) -> list[SignalView]:
    """Every signal of a trace in order, with the reviews that this member may see; two queries."""
    signals = list(trace.signals.all())
    reviews = team_views([signal for signal in signals if signal.judged], user)
    first_open = next((pk for pk, view in reviews.items() if view.mine is None), None)
    merged = _both_orders(signals)
    return [
        SignalView(
            signal,
            about_words(signal.about, trace.n_candidates),
            merged.get(signal.pk, ""),
            reviews.get(signal.pk),
            asks=signal.pk == first_open,
        )
        for signal in signals
    ]


def about_words(about: Sequence[int], answers: int) -> str:
    """Which answers: "the answer", "answer 2", "answers 1 and 3"."""
    if answers <= 1:
        return "the answer"
    numbers = [str(index + 1) for index in about]
    if len(numbers) == 1:
        return f"answer {numbers[0]}"
    return f"answers {', '.join(numbers[:-1])} and {numbers[-1]}" if numbers else "all answers"


def _both_orders(signals: Iterable[Signal]) -> dict[int, str]:
    """What the two presentations of a pair say together; derived, never stored."""
    pairs: dict[tuple[object, ...], dict[int, Signal]] = {}
    for signal in signals:
        if signal.order is not None:
            key = (signal.kind, signal.source, signal.repeat, *sorted(signal.about))
            pairs.setdefault(key, {})[signal.order] = signal
    return {one.pk: _merged(pair) for pair in pairs.values() for one in pair.values()}


def _merged(pair: dict[int, Signal]) -> str:
    values = [signal.value for signal in pair.values() if signal.value is not None]
    if len(pair) < 2:
        return "one order only"
    if len(values) < 2:
        return "not scored in both orders"
    return "both orders agree" if values[0] == values[1] else "the orders disagree"


def candidate_views(
    candidates: Iterable[Candidate], selections: Iterable[Selection], signals: Iterable[Signal]
) -> list[CandidateView]:
    """The answers of one trace in order, each with what became of it."""
    views = {candidate.index: CandidateView(candidate) for candidate in candidates}
    for selection in selections:
        for index in selection.about:
            views[index].fates.append(selection)
    said = list(signals)
    for index, view in views.items():
        view.scores.extend(mean_scores(said, index))
    return list(views.values())


def mean_scores(signals: Iterable[Signal], index: int) -> list[tuple[str, float | None]]:
    """The mean score of each kind of signal about one answer alone; None where all of them are unscored."""
    values: dict[str, list[float]] = {}
    for signal in signals:
        if signal.about == [index]:
            kept = values.setdefault(signal.kind.replace("_", " "), [])
            kept.extend([] if signal.value is None else [signal.value])
    return [(kind, sum(found) / len(found) if found else None) for kind, found in values.items()]
