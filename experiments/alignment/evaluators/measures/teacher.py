"""The student beside its teacher: the gap that it closes, the errors that they share, and the style that came along.

The teacher is the arm of that name, asked once on probe and gold. Style is told apart from substance since imitation
takes the first on more readily (arXiv 2305.15717).
"""

from collections import Counter
from collections.abc import Iterator

from experiments.alignment.composition import CONTROL, Arm
from experiments.alignment.diagnostics import intervals
from experiments.alignment.diagnostics.correlation import pearson
from experiments.alignment.diagnostics.text import OPENING_WORDS, words
from experiments.alignment.evaluators.record import Record, closed, metric_of, paired
from experiments.alignment.steps import HELD_OUT, part_of
from experiments.alignment.types import Metric, Split

TEACHER = "teacher"
NUMBER = "0"


def measure(record: Record) -> Iterator[Metric]:
    """Nothing where no arm is the teacher; errors and style from before training on, so that later ones compare."""
    teacher = record.arm(TEACHER)
    if teacher is None:
        return
    for split in HELD_OUT:
        yield from _closed(record, teacher, split)
        yield from _errors(record, teacher, split)
    yield from _style(record, teacher)


def _closed(record: Record, teacher: Arm, split: Split) -> Iterator[Metric]:
    before, known = record.verdicts(split, 0), record.arm_verdicts(teacher, split)
    now = record.verdicts(split)
    if not now:
        return
    closure, missing = closed(before, known, now)
    yield metric_of("teacher_gap", split, closure.gap, missing)
    if record.iteration == 0:
        return
    yield metric_of("teacher_gap_closed", split, closure.closed, missing)
    control = record.arm(CONTROL)
    if control:
        other, missing = closed(before, known, record.arm_verdicts(control, split))
        yield metric_of("control_gap_closed", split, other.closed, missing)


def _errors(record: Record, teacher: Arm, split: Split) -> Iterator[Metric]:
    now = record.verdicts(split)
    if now:
        both = paired(record.arm_verdicts(teacher, split), now)
        yield metric_of("teacher_error_correlation", split, pearson(*both), len(now) - len(both[0]))


def _style(record: Record, teacher: Arm) -> Iterator[Metric]:
    asked = record.groups(part_of(teacher, "probe"), 0 if teacher.once else None)
    taught = {group.prompt.id: group.candidates[0].text for group in asked}
    said = {group.prompt.id: group.candidates[0].text for group in record.groups("probe")}
    lengths = paired(*({key: float(len(text.split())) for key, text in of.items()} for of in (said, taught)))
    yield metric_of("teacher_length_ratio", "probe", intervals.ratio_of_means(*lengths))
    openings = Counter(opening for text in taught.values() if (opening := _opening(text)))
    if openings:
        commonest, _ = openings.most_common(1)[0]
        shares = [float(_opening(text) == commonest) for text in said.values()]
        yield metric_of("teacher_opening_share", "probe", intervals.share(shares))


def _opening(text: str) -> tuple[str, ...]:
    """The first words of an answer; one number is as good as another, since which one it is is substance."""
    return tuple(NUMBER if word.isdigit() else word for word in words(text)[:OPENING_WORDS])
