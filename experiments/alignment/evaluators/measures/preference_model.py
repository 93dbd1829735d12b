"""The reward model on held-out samples: right against wrong by the task's check."""

from collections.abc import Iterator

from experiments.alignment.diagnostics import intervals
from experiments.alignment.evaluators.record import Record, Values, metric_of, paired, scored
from experiments.alignment.evaluators.task import GOLD
from experiments.alignment.types import Group, Metric

REWARD = "reward"
FIRST = 1


def measure(record: Record) -> Iterator[Metric]:
    """Pair accuracy on the operator's samples, from the round on in which there is a reward model."""
    now = _accuracies(record, record.iteration)
    if not record.iteration or not now:
        return
    yield metric_of("reward_pair_accuracy", "probe", intervals.share(scored(now)))
    if record.iteration > FIRST:
        gain = intervals.paired_difference(*paired(now, _accuracies(record, FIRST)))
        yield metric_of("reward_pair_gain", "probe", gain)


def _accuracies(record: Record, iteration: int) -> Values:
    """One share of pairs in the right order for each prompt that has some."""
    values = {group.prompt.id: pair_accuracy(group) for group in record.groups("operator", iteration)}
    return {key: value for key, value in values.items() if value is not None}


def pair_accuracy(group: Group, kind: str = REWARD) -> float | None:
    """Of the pairs of a right and a wrong candidate that both have a reward (or a score of `kind`); None without."""
    seen = [(group.mean_value(GOLD, c.index), group.mean_value(kind, c.index)) for c in group.candidates]
    right = [reward for gold, reward in seen if gold == 1.0 and reward is not None]
    wrong = [reward for gold, reward in seen if gold == 0.0 and reward is not None]
    wins = [float(a > b) + 0.5 * float(a == b) for a in right for b in wrong]
    return sum(wins) / len(wins) if wins else None
