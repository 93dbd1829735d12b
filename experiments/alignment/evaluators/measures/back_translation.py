"""Back-translation: how near the written instructions come to the hidden ones, and what the pairs are worth."""

from collections.abc import Iterator

from experiments.alignment.diagnostics import intervals
from experiments.alignment.evaluators.measures.instructions import instruction_of, origins
from experiments.alignment.evaluators.record import Record, metric_of, paired
from experiments.alignment.filters.likeness import rouge_l
from experiments.alignment.proposers.back_translate import SEEDED
from experiments.alignment.steps import HELD_OUT
from experiments.alignment.types import Metric


def measure(record: Record) -> Iterator[Metric]:
    """From the round's train groups and the arm's answers; before the first round nothing."""
    if not record.iteration:
        return
    groups = record.groups("train")
    values = [rouge_l(group.prompt.text, instruction_of(s)) for group in groups for s in origins(group)]
    alike = intervals.mean(values)
    yield metric_of("instruction_recovery", "train", alike)
    yield from _gains(record)


def _gains(record: Record) -> Iterator[Metric]:
    arm = record.arm(SEEDED)
    if arm is None:
        return
    for split in HELD_OUT:
        now = record.verdicts(split)
        if now:
            gain = intervals.paired_difference(*paired(now, record.arm_verdicts(arm, split)))
            yield metric_of("augmented_gain", split, gain)
