"""A consultation in figures: who took part, what they share, and whether a small group was outvoted (on train)."""

from collections.abc import Iterator, Sequence

from experiments.alignment.diagnostics import intervals
from experiments.alignment.evaluators.record import Record, metric_of
from experiments.alignment.types import Group, Metric, Signal


def measure(record: Record) -> Iterator[Metric]:
    """Means over consultations; with few of them there is not enough data for an interval."""
    groups = [group for group in record.groups("train") if _consensus(group)] if record.iteration else []
    if not groups:
        return
    kept = [_kept(group) for group in groups]
    yield _mean("consensus_kept", [_average([s.value or 0.0 for s in some]) for some in kept if some])
    yield _mean(
        "least_agreement", [_average([min(s.scores.values()) for s in some]) for some in kept if some]
    )
    yield _mean("opinion_groups", [float(len(_consensus(group)[0].scores)) for group in groups])
    yield _mean("agreement_gap", [_gap(some) for some in kept if some])
    yield Metric("votes", "train", float(sum(_votes(group) for group in groups)), None, None, len(groups))


def _mean(name: str, values: Sequence[float]) -> Metric:
    found = intervals.mean(values)
    return metric_of(name, "train", found)


def _average(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _gap(kept: Sequence[Signal]) -> float:
    """How much less the least agreeing group agrees than the most agreeing one, over the kept statements."""
    return _average([max(s.scores.values()) - min(s.scores.values()) for s in kept])


def _consensus(group: Group) -> list[Signal]:
    return [signal for signal in group.signals if signal.kind == "consensus" and signal.scores]


def _kept(group: Group) -> list[Signal]:
    kept = {index for selection in group.selections if selection.fate == "kept" for index in selection.about}
    return [signal for signal in _consensus(group) if signal.about[0] in kept]


def _votes(group: Group) -> int:
    return sum(signal.kind == "human_vote" for signal in group.signals)
