"""Checkpoints beyond the trained one: what each distance adds, and what the one chosen on probe adds on gold."""

from collections.abc import Iterator, Mapping

from experiments.alignment.composition import Arm
from experiments.alignment.diagnostics import intervals
from experiments.alignment.evaluators.record import Record, metric_of, paired, scored
from experiments.alignment.learners import Extrapolate
from experiments.alignment.steps import HELD_OUT
from experiments.alignment.types import Metric, Split


def measure(record: Record) -> Iterator[Metric]:
    """Nothing before training, when every distance is none."""
    if not record.iteration:
        return
    arms = [arm for arm in record.composition.arms if arm.name in _distances(record)]
    for split in HELD_OUT:
        for arm in arms:
            if record.verdicts(split):
                yield _gain(record, arm, split, f"{arm.name}_gain")
    best = _best(record, arms)
    if best is not None and record.verdicts("gold"):
        yield Metric("extrapolation_alpha", "probe", _distances(record)[best.name], None, None, len(arms))
        yield _gain(record, best, "gold", "extrapolation_gain")


def _distances(record: Record) -> Mapping[str, float]:
    """The distance of each extrapolated role."""
    branches = record.composition.operator.branches
    return {b.role: b.learn.alpha for b in branches if isinstance(b.learn, Extrapolate)}


def _best(record: Record, arms: list[Arm]) -> Arm | None:
    """The arm with most right answers on probe, the nearest of equals; None where nothing was scored."""
    known = [arm for arm in arms if scored(record.arm_verdicts(arm, "probe"))]
    return max(known, key=lambda arm: _accuracy(record, arm), default=None)


def _accuracy(record: Record, arm: Arm) -> float:
    """Accuracy of an arm on probe."""
    values = scored(record.arm_verdicts(arm, "probe"))
    return sum(values) / len(values)


def _gain(record: Record, arm: Arm, split: Split, name: str) -> Metric:
    found = intervals.paired_difference(*paired(record.arm_verdicts(arm, split), record.verdicts(split)))
    return metric_of(name, split, found)
