"""What each iteration changed: pure functions from rows to the figures and sentences of a run's page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from experiments.models import Iteration, Metric

HEADLINE = "accuracy"
"""The metric that lists sort by and that answers "is it really better?"."""


@dataclass(frozen=True)
class Metrics:
    """The metrics of one run, by name, split and iteration."""

    places: Mapping[tuple[str, str], Mapping[int, Metric]]

    @classmethod
    def of(cls, rows: Iterable[Metric]) -> "Metrics":
        places: dict[tuple[str, str], dict[int, Metric]] = {}
        for row in rows:
            places.setdefault((row.name, row.split), {})[row.iteration] = row
        return cls(places)

    def at(self, name: str, split: str, iteration: int) -> Metric | None:
        return self.places.get((name, split), {}).get(iteration)

    def series(self, name: str, split: str) -> list[Metric]:
        """One metric over the iterations, in order."""
        found = self.places.get((name, split), {})
        return [found[index] for index in sorted(found)]

    def latest(self, name: str, split: str) -> Metric | None:
        return next(reversed(self.series(name, split)), None)

    @property
    def proxy_split(self) -> str:
        """Where the loop's own signal was measured: train where it needs references, else probe."""
        return "train" if ("proxy", "train") in self.places else "probe"


@dataclass(frozen=True)
class IterationDelta:
    """One row of the table of iterations. `change` is against the iteration before, None where unknown."""

    index: int
    status: str
    gold: Metric | None
    change: float | None
    probe: Metric | None
    proxy: Metric | None
    kept: int | None
    dropped: Sequence[tuple[str, int]]
    signals: int
    unscored: int
    checkpoint: str


def iteration_deltas(
    iterations: Iterable[Iteration], metrics: Metrics, checkpoints: Mapping[int, str]
) -> list[IterationDelta]:
    """The rows in order; `checkpoints` are hashes by iteration."""
    return [_delta(one, metrics, checkpoints.get(one.index, "")) for one in iterations]


def _delta(one: Iteration, metrics: Metrics, checkpoint: str) -> IterationDelta:
    gold = metrics.at(HEADLINE, "gold", one.index)
    selected = one.index > 0 and bool(one.kept or one.dropped)
    return IterationDelta(
        index=one.index,
        status=one.status,
        gold=gold,
        change=difference(gold, metrics.at(HEADLINE, "gold", one.index - 1)),
        probe=metrics.at(HEADLINE, "probe", one.index),
        proxy=metrics.at("proxy", metrics.proxy_split, one.index),
        kept=one.kept if selected else None,
        dropped=sorted(one.dropped.items(), key=lambda item: (-item[1], item[0])),
        signals=one.signals,
        unscored=one.unscored,
        checkpoint=checkpoint,
    )


def difference(now: Metric | None, before: Metric | None) -> float | None:
    """Now minus before; None where either was not measured."""
    if now is None or before is None or now.value is None or before.value is None:
        return None
    return now.value - before.value


def share_of_start(now: Metric | None, start: Metric | None) -> float | None:
    """Now as a share of the start; None where either is missing or the start is 0."""
    if now is None or start is None or now.value is None or not start.value:
        return None
    return now.value / start.value


def operator_verdict(gain: Metric) -> str:
    """What the operator gain means: is what the loop would pick better than a plain sample?"""
    if gain.value is None or gain.low is None or gain.high is None:
        return "There is not enough data to compare the answers that the loop picks with plain samples."
    if gain.low > 0:
        return (
            "The answers that the loop picks are better than plain samples: there is something to learn from."
        )
    if gain.high < 0:
        return "The answers that the loop picks are worse than plain samples: it would learn the wrong thing."
    return "The interval covers 0: the answers that the loop picks may be no better than plain samples."


def control_verdict(gain: Metric) -> str:
    """What the distance to the cheap control means."""
    if gain.value is None or gain.low is None or gain.high is None:
        return "There is not enough data to compare the loop with its cheap control."
    if gain.low > 0:
        return "The loop does better than its cheap control."
    if gain.high < 0:
        return "The cheap control does better than the loop."
    return "The interval covers 0: the loop may do no better than its cheap control."
