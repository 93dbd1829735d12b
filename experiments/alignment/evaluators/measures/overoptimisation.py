"""How far a policy went from its start, what that brought by the reward model, and what by the check.

Each round fits the scale of rewards anew. So the answers of this round's policy and those of the start, which are the
control's, are compared under one and the same reward model, in standard deviations of the start's rewards.
"""

from collections.abc import Callable, Iterator, Sequence
from statistics import fmean, pstdev

from experiments.alignment.diagnostics import intervals, overoptimisation
from experiments.alignment.evaluators.record import Record, Values, metric_of, paired, scored
from experiments.alignment.evaluators.task import GOLD
from experiments.alignment.proposers.recorded_pairs import RECORDED
from experiments.alignment.reward_learning import HELD_BACK
from experiments.alignment.selectors.held_back import held_back
from experiments.alignment.types import Group, Metric

REWARD = "reward"
SLOPE_POINTS = 4


def measure(record: Record) -> Iterator[Metric]:
    """From the round on in which there is a reward model."""
    if not record.iteration:
        return
    distance = kl(record, record.iteration)
    if scored(distance):
        yield metric_of("kl_to_start", "probe", intervals.mean(scored(distance)))
    rise = reward_rise(record, record.iteration)
    if rise:
        yield metric_of("reward_gain", "probe", intervals.mean(scored(rise)))
    gain = sample_gain(record, record.iteration)
    if gain:
        yield metric_of("sample_gain", "probe", intervals.mean(scored(gain)))
        yield from _against_best_of_n(record)
    yield from _recorded(record)
    yield from _slope(record)
    yield from _peak(record)


def _recorded(record: Record) -> Iterator[Metric]:
    """The reward model of the round before on pairs of the data that no round learns from."""
    groups = [group for group in record.of_phase(0) if held_back(group.prompt, HELD_BACK)]
    orders = [order for group in groups if (order := _order(group)) is not None]
    if orders:
        found = intervals.share(orders)
        yield metric_of("recorded_pair_accuracy", "train", found)


def _order(group: Group) -> float | None:
    """Whether the answer that people preferred has the higher reward, ½ for a tie; None where not both have one."""
    sides = {value: group.mean_value(REWARD, i) for i in (0, 1) for value in group.values(RECORDED, i)}
    better, worse = sides.get(1.0), sides.get(0.0)
    return None if better is None or worse is None else (1 + (better > worse) - (better < worse)) / 2


def kl(record: Record, iteration: int) -> Values:
    """For each prompt the mean log-ratio of policy to start over the policy's samples, in nats an answer."""
    return _means(record.groups("operator", iteration), _log_ratios)


def reward_rise(record: Record, iteration: int) -> Values:
    """For each prompt the mean reward now minus the start's, in standard deviations of the start's single answers."""
    now = _means(record.groups("operator", iteration), _rewards)
    start = record.groups("operator_control", iteration)
    before, unit = _means(start, _rewards), _unit(start)
    return {
        key: (value - old) / unit
        for key, value in now.items()
        if value is not None and (old := before.get(key)) is not None and unit
    }


def sample_gain(record: Record, iteration: int) -> Values:
    """For each prompt the share of right samples now minus that of the start's samples."""
    now = _means(record.groups("operator", iteration), _verdicts)
    before = _means(record.groups("operator_control", iteration), _verdicts)
    return {
        key: value - old
        for key, value in now.items()
        if value is not None and (old := before.get(key)) is not None
    }


def _log_ratios(group: Group) -> list[float]:
    data = [s.evidence.data for s in group.signals if s.kind == REWARD and s.evidence is not None]
    return [float(one["kl"]) for one in data if one.get("kl") is not None]


def _rewards(group: Group) -> list[float]:
    return [value for c in group.candidates for value in group.values(REWARD, c.index)]


def _verdicts(group: Group) -> list[float]:
    return [value for c in group.candidates for value in group.values(GOLD, c.index)]


def _means(groups: Sequence[Group], read: Callable[[Group], list[float]]) -> Values:
    return {group.prompt.id: fmean(values) if (values := read(group)) else None for group in groups}


def _unit(groups: Sequence[Group]) -> float:
    values = [value for group in groups for value in _rewards(group)]
    return pstdev(values) if values else 0.0


def _against_best_of_n(record: Record) -> Iterator[Metric]:
    """Training against search: one sample of the policy beside the start's best of as many as a group has."""
    control = record.composition.control
    if control is None:
        return
    select = control.branches[0].select
    searched = {
        group.prompt.id: None if (best := select.best(group)) is None else group.mean_value(GOLD, best)
        for group in record.groups("operator_control")
    }
    now = _means(record.groups("operator"), _verdicts)
    yield metric_of("sample_against_best_of_n", "probe", intervals.paired_difference(*paired(now, searched)))


def _slope(record: Record) -> Iterator[Metric]:
    """Over the last rounds that have a reward model."""
    rounds = range(max(1, record.iteration - SLOPE_POINTS + 1), record.iteration + 1)
    series = [reward_rise(record, at) for at in rounds]
    if len(series) >= intervals.LEAST_POINTS and all(series):
        yield metric_of("reward_gain_slope", "probe", intervals.slope(series))


def _peak(record: Record) -> Iterator[Metric]:
    """The curve through all rounds, in the order of their distance from the start."""
    rounds = range(1, record.iteration + 1)
    means = {at: fmean(values) for at in rounds if (values := scored(kl(record, at)))}
    points = sorted((value**0.5, at) for at, value in means.items() if value > 0)
    gains = {at: sample_gain(record, at) for _, at in points}
    shared = [key for key in next(iter(gains.values()), {}) if all(key in gain for gain in gains.values())]
    columns = [[gains[at][key] or 0.0 for key in shared] for _, at in points]
    found = overoptimisation.curve("reinforcement", [distance for distance, _ in points], columns)
    if found is not None:
        yield Metric("overoptimisation_fit", "probe", found.r2, None, None, len(shared))
        yield metric_of("overoptimisation_peak", "probe", found.peak)
        yield metric_of("overoptimisation_peak_reached", "probe", found.reached)
