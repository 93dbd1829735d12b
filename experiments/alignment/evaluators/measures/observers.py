"""What observers make of revisions: on train and on probe, where gold says whether they are right."""

from collections.abc import Iterator, Sequence
from statistics import pvariance

from experiments.alignment.diagnostics import intervals
from experiments.alignment.evaluators.record import Record, metric_of
from experiments.alignment.evaluators.task import GOLD
from experiments.alignment.proposers.observers import GAIN, RATING, RATINGS
from experiments.alignment.types import Group, Metric, Split

RANGE = float(RATINGS[-1]) - float(RATINGS[0])


def measure(record: Record) -> Iterator[Metric]:
    """Nothing where nobody observed."""
    yield from _measured("probe", record.groups("operator"))
    if record.iteration:
        yield from _measured("train", record.groups("train"))


def _measured(split: Split, groups: Sequence[Group]) -> Iterator[Metric]:
    told = [(group, gain) for group in groups if (gain := group.mean_value(GAIN, 1)) is not None]
    if not told:
        return
    yield metric_of("rating_gain", split, intervals.mean([gain for _, gain in told]))
    yield metric_of("accepted_share", split, intervals.share([float(gain > 0) for _, gain in told]))
    spread = [pvariance(group.values(RATING, 0)) for group, _ in told]
    yield metric_of("observer_spread", split, intervals.mean(spread))
    known = [(gain / RANGE, delta) for group, gain in told if (delta := _gold_delta(group)) is not None]
    if known:
        judged, true = [gain for gain, _ in known], [delta for _, delta in known]
        yield metric_of("over_rating", split, intervals.paired_difference(judged, true))


def _gold_delta(group: Group) -> float | None:
    before, after = group.mean_value(GOLD, 0), group.mean_value(GOLD, 1)
    return None if before is None or after is None else after - before
