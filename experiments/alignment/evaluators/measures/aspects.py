"""Ratings by aspects: do they tell the aspects apart, and do they agree with the check?"""

from collections.abc import Iterator, Sequence

from experiments.alignment.diagnostics import intervals
from experiments.alignment.diagnostics.correlation import mean_correlation
from experiments.alignment.evaluators.measures.preference_model import pair_accuracy
from experiments.alignment.evaluators.record import Record, metric_of
from experiments.alignment.signals.aspect_ratings import AspectRatings
from experiments.alignment.types import Group, Metric, Split

KIND = AspectRatings.kind


def measure(record: Record) -> Iterator[Metric]:
    """The halo on train and probe, the agreement on probe, where the data set has a check."""
    places: dict[Split, Sequence[Group]] = {
        "train": record.groups("train") if record.iteration else (),
        "probe": record.groups("operator"),
    }
    for split, groups in places.items():
        yield from _halo(split, groups)
    agreed = [pair_accuracy(group, KIND) for group in places["probe"]]
    known = [value for value in agreed if value is not None]
    if known:
        found = intervals.share(known)
        yield metric_of("aspect_pair_accuracy", "probe", found)


def _halo(split: Split, groups: Sequence[Group]) -> Iterator[Metric]:
    signals = [[s for s in group.signals if s.kind == KIND] for group in groups]
    if not any(signals):
        return
    rows = [[list(s.scores.values()) for s in of_group if s.value is not None] for of_group in signals]
    found = mean_correlation(rows)
    missing = sum(s.value is None for of_group in signals for s in of_group)
    yield metric_of("aspect_correlation", split, found, missing)
