"""Performance gap recovered and imitation of errors, from the arms weak, naive and ceiling beside the policy."""

from collections.abc import Iterator

from experiments.alignment.composition import Arm
from experiments.alignment.diagnostics import intervals
from experiments.alignment.evaluators.record import Record, Values, closed, metric_of, paired
from experiments.alignment.steps import HELD_OUT, part_of
from experiments.alignment.types import Metric, Part, Split


def measure(record: Record) -> Iterator[Metric]:
    """Nothing before training, or where the data set has no check; then all for probe and gold."""
    if record.iteration == 0:
        return
    arms = {arm.name: arm for arm in record.composition.arms}
    for split in HELD_OUT:
        weak, ceiling = (record.arm_verdicts(arms[name], split) for name in ("weak", "ceiling"))
        if weak and ceiling:
            yield from _recovered(record, arms, split, weak, ceiling)
            yield from _imitated(record, arms, split, weak)


def _recovered(
    record: Record, arms: dict[str, Arm], split: Split, weak: Values, ceiling: Values
) -> Iterator[Metric]:
    students = {"pgr": record.verdicts(split), "naive_pgr": record.arm_verdicts(arms["naive"], split)}
    for name, student in students.items():
        closure, left_out = closed(weak, ceiling, student)
        if name == "pgr":
            yield metric_of("weak_gap", split, closure.gap)
        yield metric_of(name, split, closure.closed, left_out)
    gain = intervals.paired_difference(*paired(students["pgr"], students["naive_pgr"]))
    yield metric_of("confidence_gain", split, gain)


def _imitated(record: Record, arms: dict[str, Arm], split: Split, weak: Values) -> Iterator[Metric]:
    said = _labels(record, part_of(arms["weak"], split), 0 if arms["weak"].once else None)
    wrong = [key for key, value in weak.items() if value == 0.0]
    for name, part in (("errors_imitated", split), ("naive_errors_imitated", part_of(arms["naive"], split))):
        students = _labels(record, part)
        copied = [float(students[key] == said[key]) for key in wrong if key in students]
        yield metric_of(name, split, intervals.share(copied))


def _labels(record: Record, part: Part, iteration: int | None = None) -> dict[str, str]:
    return {group.prompt.id: group.candidates[0].text for group in record.groups(part, iteration)}
