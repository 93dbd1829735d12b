"""Preferences from pairwise verdicts: every compared pair, with the probability that both orders together give."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.selectors.scores import first_best
from experiments.alignment.types import Group, SampleKind, Selection

KIND = "judge_pair"
Pair = tuple[int, int]
TIE = "tie: no side preferred"
DISAGREE = "tie: the orders disagree"


def verdicts(group: Group, kind: str = KIND) -> dict[Pair, tuple[list[float], list[float]]]:
    """How far the earlier candidate of each pair is preferred, in the two orders; unscored ones are left out."""
    found: dict[Pair, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for signal in group.signals:
        if signal.kind == kind and len(signal.about) == 2 and signal.value is not None:
            first, second = signal.about
            found[first, second][signal.order or 0].append(signal.value)
    return dict(found)


def mean_preference(orders: tuple[list[float], list[float]]) -> float | None:
    """The mean over both orders, each counted as one: that cancels a liking for the first place. None without both."""
    if not all(orders):
        return None
    return sum(sum(values) / len(values) for values in orders) / 2


def agreed(orders: tuple[list[float], list[float]]) -> float | None:
    """1 or 0 where both orders prefer the same side, ½ where they disagree or one is undecided; None without both."""
    if not all(orders):
        return None
    sides = {_side(sum(values) / len(values)) for values in orders}
    return sides.pop() if len(sides) == 1 else 0.5


def _side(p: float) -> float:
    return 1.0 if p > 0.5 else 0.0 if p < 0.5 else 0.5


def wins(group: Group, kind: str = KIND) -> dict[int, float]:
    """Each compared candidate's mean preference over its pairs: in a full round its Bradley–Terry rank."""
    scores: dict[int, list[float]] = defaultdict(list)
    for (first, second), orders in verdicts(group, kind).items():
        preferred = mean_preference(orders)
        if preferred is not None:
            scores[first].append(preferred)
            scores[second].append(1 - preferred)
    return {index: sum(values) / len(values) for index, values in scores.items()}


@dataclass(frozen=True)
class RankedPairs:
    """One preference a pair. With `soft` its label is the mean probability of both orders (arXiv 2212.08073).

    Without, both orders must name one side, and their disagreement is a tie that teaches nothing.
    """

    soft: bool = True
    kind: str = KIND
    produces: ClassVar[SampleKind] = "preference"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """Two selections a pair; a candidate of which nothing was said is dropped."""
        found = verdicts(group, self.kind)
        paired = {index for pair in found for index in pair}
        made = [
            s for number, pair in enumerate(sorted(found)) for s in self._pair(group, pair, found, number)
        ]
        alone = [c.index for c in group.candidates if c.index not in paired]
        return (*made, *(Selection((index,), "dropped", "unscored") for index in alone))

    def best(self, group: Group) -> int | None:
        """The candidate that wins most."""
        return first_best(wins(group, self.kind))

    def _pair(
        self, group: Group, pair: Pair, found: Mapping[Pair, tuple[list[float], list[float]]], number: int
    ) -> tuple[Selection, ...]:
        p = mean_preference(found[pair]) if self.soft else agreed(found[pair])
        reason = self._refusal(group, pair, p)
        if reason or p is None:
            return tuple(Selection((index,), "dropped", reason) for index in pair)
        chosen, rejected = pair if p > 0.5 else pair[::-1]
        p = max(p, 1 - p)
        return (
            Selection((chosen,), "chosen", f"preferred with {p:.2f}", pair=number, p_chosen=p),
            Selection((rejected,), "rejected", f"preferred with {1 - p:.2f}", pair=number),
        )

    def _refusal(self, group: Group, pair: Pair, p: float | None) -> str:
        if p is None:
            return "not judged in both orders"
        if p == 0.5:
            return TIE if self.soft else DISAGREE
        first, second = (group.candidates[index].text for index in pair)
        return "duplicate" if first == second else ""
