"""Signals, candidates and their fates as pages show them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from experiments.models import Candidate, Selection, Signal, Trace, User
from experiments.services import evidence
from experiments.services.pairs import both_orders
from experiments.services.parts import role_words
from experiments.services.reviews import TeamView, team_views
from experiments.services.turns import Replay, replay
from experiments.worddiff import Span, word_diff

MOST_SIGNALS = 200
MOST_REVIEWED = 20
CROWD = 24
LONGEST_DIFF = 20_000
"""Characters of two answers together beyond which they stand as they are, without a diff."""
ALWAYS = frozenset({"rubric", "reward"})
"""Evidence of one line: it stands beside the raw text, and is not worth a link to a row that says the same."""


@dataclass(frozen=True)
class SignalView:
    """One signal: which answers it is about, in words, its evidence and the team's reviews.

    `same_as` is the signal above whose evidence is the very same. `asks` marks the first one that the member has not
    answered: the page's keys are its own.
    """

    signal: Signal
    about: str
    orders: str = ""
    review: TeamView | None = None
    asks: bool = False
    same_as: int | None = None

    @property
    def name(self) -> str:
        return self.signal.kind.replace("_", " ")

    @property
    def unit(self) -> str:
        """The upper end of the rubric's scale, where the value was given on one."""
        high = getattr(self.evidence, "high", None)
        return "" if high is None else f"of {high:g}"

    @cached_property
    def _shown(self) -> tuple[str, Any]:
        return evidence.shown(self.signal.evidence_kind, self.signal.evidence)

    @property
    def evidence(self) -> Any:
        """What the evidence's template is given."""
        return self._shown[1]

    @property
    def evidence_template(self) -> str:
        return f"evidence/{self._shown[0]}.html" if self.signal.evidence_kind else ""

    @property
    def in_place(self) -> bool:
        """Whether the evidence is one line, which stands in the signal's own row."""
        return self._shown[0] in ALWAYS

    @property
    def below(self) -> bool:
        """Whether the evidence has a row of its own below the signal's."""
        return bool(self.signal.evidence_kind) and not self.in_place


@dataclass(frozen=True)
class SignalList:
    """The signals of a trace for its page, in order; `hidden` counts those beyond what a page holds.

    `crowds` are kinds with so many signals without evidence that they stand back, such as the votes of people.
    """

    views: list[SignalView]
    crowds: list[tuple[str, list[SignalView]]]
    hidden: int

    @property
    def reviewed(self) -> list[SignalView]:
        """Those that the team is asked about."""
        return [view for view in self.views if view.review][:MOST_REVIEWED]


@dataclass(frozen=True)
class CandidateView:
    """One answer with its fate, the reason, and the mean of each source's scores.

    `spans` are its changes against the answer that it revises; None where there is none, or where the two are too long.
    """

    candidate: Candidate
    fates: list[Selection] = field(default_factory=list)
    scores: list[tuple[str, float | None]] = field(default_factory=list)
    spans: list[Span] | None = None

    @property
    def number(self) -> int:
        return self.candidate.index + 1

    @property
    def role(self) -> str:
        """Its role in words; "" for a plain answer."""
        return role_words(self.candidate.role)

    @property
    def unchanged(self) -> bool:
        return self.spans is not None and all(span.op == "equal" for span in self.spans)

    @cached_property
    def replay(self) -> Replay | None:
        """Its turns, where it is an episode, a debate or a game."""
        return replay(self.candidate.turns)

    @property
    def tone(self) -> str:
        """The colour of its fate: what is learned from against the answer is no better than a rejected one."""
        against = any(s.fate == "rejected" or (s.fate == "kept" and s.weight < 0) for s in self.fates)
        used = any(s.fate in ("chosen", "kept") for s in self.fates)
        return "bad" if against else "good" if used else "plain"


def signal_views(trace: Trace, user: User, signals: Sequence[Signal] | None = None) -> list[SignalView]:
    """The signals of a trace in order, with the reviews that this member may see; two queries.

    At most `MOST_SIGNALS`: of more, those that rest on evidence or that the team judges come first.
    """
    every = list(trace.signals.all()) if signals is None else signals
    some = _bounded(every)
    reviews = team_views([signal for signal in some if signal.judged], user)
    first_open = next((pk for pk, view in reviews.items() if view.mine is None), None)
    merged, same = both_orders(every), _same_evidence(some)
    return [
        SignalView(
            signal,
            about_words(signal.about, trace.n_candidates),
            merged.get(signal.pk, ""),
            reviews.get(signal.pk),
            asks=signal.pk == first_open,
            same_as=same.get(signal.pk),
        )
        for signal in some
    ]


def signal_list(trace: Trace, user: User, signals: Sequence[Signal]) -> SignalList:
    """The signals of a trace as its page lays them out; two queries."""
    views = signal_views(trace, user, signals)
    plain: dict[str, list[SignalView]] = {}
    for view in views:
        if not (view.signal.evidence_kind or view.signal.judged):
            plain.setdefault(view.name, []).append(view)
    crowds = [(name, found) for name, found in plain.items() if len(found) > CROWD]
    back = {view.signal.pk for _, found in crowds for view in found}
    rest = [view for view in views if view.signal.pk not in back]
    return SignalList(rest, crowds, len(signals) - len(views))


def _bounded(signals: Sequence[Signal]) -> Sequence[Signal]:
    if len(signals) <= MOST_SIGNALS:
        return signals
    ranked = sorted(signals, key=lambda signal: not (signal.evidence_kind or signal.judged))
    return sorted(ranked[:MOST_SIGNALS], key=lambda signal: signal.ordinal)


def _same_evidence(signals: Iterable[Signal]) -> dict[int, int]:
    """For each signal whose evidence an earlier one has already: which one."""
    first: dict[tuple[str, str], int] = {}
    same: dict[int, int] = {}
    for signal in signals:
        if signal.evidence_kind and signal.evidence_kind not in ALWAYS:
            key = (signal.evidence_kind, json.dumps(signal.evidence, sort_keys=True))
            if first.setdefault(key, signal.pk) != signal.pk:
                same[signal.pk] = first[key]
    return same


def about_words(about: Sequence[int], answers: int) -> str:
    """Which answers: "the answer", "answer 2", "answers 1 and 3"."""
    if answers <= 1:
        return "the answer"
    numbers = [str(index + 1) for index in about]
    if len(numbers) == 1:
        return f"answer {numbers[0]}"
    return f"answers {', '.join(numbers[:-1])} and {numbers[-1]}" if numbers else "all answers"


def candidate_views(
    candidates: Iterable[Candidate], selections: Iterable[Selection], signals: Iterable[Signal]
) -> list[CandidateView]:
    """The answers of one trace in order, each with what became of it."""
    rows = list(candidates)
    texts = {candidate.index: candidate.text for candidate in rows}
    views = {one.index: CandidateView(one, spans=_changes(one, texts)) for one in rows}
    for selection in selections:
        for index in selection.about:
            views[index].fates.append(selection)
    said = list(signals)
    for index, view in views.items():
        view.scores.extend(mean_scores(said, index))
    return list(views.values())


def _changes(candidate: Candidate, texts: dict[int, str]) -> list[Span] | None:
    before = None if candidate.parent is None else texts.get(candidate.parent)
    if before is None or len(before) + len(candidate.text) > LONGEST_DIFF:
        return None
    return word_diff(before, candidate.text)


def mean_scores(signals: Iterable[Signal], index: int) -> list[tuple[str, float | None]]:
    """The mean score of each kind of signal about one answer alone; None where all of them are unscored."""
    values: dict[str, list[float]] = {}
    for signal in signals:
        if signal.about == [index]:
            kept = values.setdefault(signal.kind.replace("_", " "), [])
            kept.extend([] if signal.value is None else [signal.value])
    return [(kind, sum(found) / len(found) if found else None) for kind, found in values.items()]
