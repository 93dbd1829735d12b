"""A learned verifier on held-out samples: does it tell right from wrong, and how much of what it could win does it win?

It is read where it is used, on the operator's samples; completions of other samples are none of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from experiments.alignment.diagnostics import intervals
from experiments.alignment.diagnostics.gap_closure import gap_closure
from experiments.alignment.evaluators.measures.preference_model import pair_accuracy
from experiments.alignment.evaluators.record import Record, metric_of
from experiments.alignment.evaluators.task import GOLD
from experiments.alignment.signals.verifier_score import RIGHT, WRONG
from experiments.alignment.types import Group, Metric

KINDS = ("verifier", "reward", "judge")
"""The kinds of signal that a learned verifier or a judge gives."""


@dataclass(frozen=True)
class Read:
    """One sample of a prompt: the verifier's score, whether it is right, and what the verifier calls it, if it does."""

    score: float
    gold: float
    label: str


def measure(record: Record) -> Iterator[Metric]:
    """Nothing as long as there is no verifier. Prompts with an unscored sample are left out."""
    kinds = [source.kind for source in record.composition.operator.signals if source.kind in KINDS]
    if not kinds:
        return
    groups = record.groups("operator")
    prompts = [samples for group in groups if (samples := read_samples(group, kinds[0]))]
    if not prompts:
        return
    yield from _efficiency(prompts, len(groups) - len(prompts))
    pairs = [value for group in groups if (value := pair_accuracy(group, kinds[0])) is not None]
    yield metric_of("verifier_pair_accuracy", "probe", intervals.share(pairs))
    yield from _labels([[one for one in samples if one.label in (RIGHT, WRONG)] for samples in prompts])


def read_samples(group: Group, kind: str) -> list[Read]:
    """The samples of a prompt with score and verdict; none where one of them lacks either."""
    plain = [c.index for c in group.candidates if c.parent is None]
    labels = {s.about[0]: s.label for s in group.signals if s.kind == kind and len(s.about) == 1}
    seen = [(group.mean_value(kind, i), group.mean_value(GOLD, i), labels.get(i, "")) for i in plain]
    read = [Read(score, gold, label) for score, gold, label in seen if score is not None and gold is not None]
    return read if len(read) == len(plain) else []


def _efficiency(prompts: Sequence[Sequence[Read]], missing: int) -> Iterator[Metric]:
    """From a sample at random to the best of all by the check: how far the best by the verifier goes."""
    mean = [fmean(one.gold for one in samples) for samples in prompts]
    oracle = [max(one.gold for one in samples) for samples in prompts]
    closure = gap_closure(mean, oracle, [_best(samples) for samples in prompts])
    yield metric_of("verifier_gap", "probe", closure.gap, missing)
    yield metric_of("verifier_efficiency", "probe", closure.closed, missing)


def _best(samples: Sequence[Read]) -> float:
    """How often the sample of the highest score is right; equals share."""
    most = max(one.score for one in samples)
    return fmean(one.gold for one in samples if one.score == most)


def _labels(prompts: Sequence[Sequence[Read]]) -> Iterator[Metric]:
    """Of verifiers that call a sample right or wrong."""
    called = [samples for samples in prompts if samples]
    if not called:
        return
    agreed = [fmean(float((one.label == RIGHT) == (one.gold == 1.0)) for one in s) for s in called]
    both = [sum(float(one.label == RIGHT and one.gold == 1.0) for one in s) for s in called]
    accepted = [sum(float(one.label == RIGHT) for one in s) for s in called]
    right = [sum(float(one.gold == 1.0) for one in s) for s in called]
    yield metric_of("verifier_accuracy", "probe", intervals.share(agreed))
    yield metric_of("verifier_precision", "probe", intervals.ratio_of_counts(both, accepted))
    yield metric_of("verifier_recall", "probe", intervals.ratio_of_counts(both, right))
