"""Pairs of answers that were compared: both presentations side by side, and what they say together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from experiments.models import Signal
from experiments.services.evidence import shown
from experiments.services.evidence_shapes import Pairwise

MOST_PAIRS = 40
AGREE, DISAGREE = "both orders agree", "the orders disagree"


@dataclass(frozen=True)
class PairView:
    """One pair by one judge: how likely the earlier answer is the better one in either order, None where unscored."""

    kind: str
    source: str
    earlier: int
    later: int
    straight: float | None
    swapped: float | None
    repeat: int = 0

    @property
    def mean(self) -> float | None:
        known = [p for p in (self.straight, self.swapped) if p is not None]
        return sum(known) / len(known) if len(known) == 2 else None

    @property
    def words(self) -> str:
        return together([self.straight, self.swapped])

    @property
    def tone(self) -> str:
        return {AGREE: "good", DISAGREE: "warn"}.get(self.words, "plain")


def together(values: Sequence[float | None]) -> str:
    """What two presentations of a pair say together; each value is how far the same answer is preferred."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return "not scored in both orders"
    return AGREE if _winner(known[0]) == _winner(known[1]) else DISAGREE


def _winner(value: float) -> int:
    return (value > 0.5) - (value < 0.5)


def both_orders(signals: Iterable[Signal]) -> dict[int, str]:
    """What the two presentations of a pair say together, for each of their signals; derived, never stored."""
    pairs: dict[tuple[object, ...], dict[int, Signal]] = {}
    for signal in signals:
        if signal.order is not None:
            key = (signal.kind, signal.source, signal.repeat, *sorted(signal.about))
            pairs.setdefault(key, {})[signal.order] = signal
    return {one.pk: _merged(pair) for pair in pairs.values() for one in pair.values()}


def _merged(pair: dict[int, Signal]) -> str:
    return "one order only" if len(pair) < 2 else together([signal.value for signal in pair.values()])


Key = tuple[str, str, int, int, int]
"""Kind, source, the two answers and the repeat: what both presentations of a pair share."""


def pair_views(signals: Iterable[Signal]) -> list[PairView]:
    """Every pair with evidence of its presentations, in the order in which they were judged."""
    found: dict[Key, dict[int, float | None]] = {}
    for signal in signals:
        kind, data = shown(signal.evidence_kind, signal.evidence)
        if kind == "pairwise" and isinstance(data, Pairwise) and signal.order is not None:
            low, high = sorted((data.first, data.second))
            key = (signal.kind.replace("_", " "), signal.source, low, high, signal.repeat)
            found.setdefault(key, {})[signal.order] = _earlier(data)
    return [
        PairView(kind, source, low + 1, high + 1, orders.get(0), orders.get(1), repeat)
        for (kind, source, low, high, repeat), orders in list(found.items())[:MOST_PAIRS]
    ]


def _earlier(data: Pairwise) -> float | None:
    if data.p_first is None:
        return None
    return data.p_first if data.first <= data.second else 1 - data.p_first
