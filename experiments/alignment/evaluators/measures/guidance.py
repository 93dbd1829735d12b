"""What steering does: to the reward that steers, and to the true score beside plain answers."""

from collections.abc import Iterator, Sequence
from statistics import fmean, pstdev

from experiments.alignment.diagnostics import intervals
from experiments.alignment.evaluators.record import Record, Values, metric_of, paired
from experiments.alignment.proposers.guided import GUIDED
from experiments.alignment.steps import HELD_OUT
from experiments.alignment.types import Group, Metric, Split

REWARD = "reward"
PLAIN = "plain"


def measure(record: Record) -> Iterator[Metric]:
    """Accuracy against the plain answers; rewards against plain samples and against the control's best."""
    arm = record.arm(PLAIN)
    assert arm is not None
    for split in HELD_OUT:
        steered, plain = record.verdicts(split), record.arm_verdicts(arm, split)
        if steered and plain:
            yield _difference("guided_gain", split, steered, plain)
    groups = record.groups("operator")
    unit = _unit(groups)
    if not unit:
        return
    steered = {group.prompt.id: _mean(group, GUIDED, unit) for group in groups}
    drafts = {group.prompt.id: _mean(group, "policy", unit) for group in groups}
    searched = {group.prompt.id: _most(group, unit) for group in record.groups("operator_control")}
    yield _difference("guided_reward_gain", "probe", steered, drafts)
    yield _difference("guided_reward_against_control", "probe", steered, searched)


def _rewards(group: Group, role: str) -> list[float]:
    return [value for c in group.candidates if c.role == role for value in group.values(REWARD, c.index)]


def _unit(groups: Sequence[Group]) -> float:
    """One standard deviation of the rewards of plain samples; 0 where there are none."""
    values = [value for group in groups for value in _rewards(group, "policy")]
    return pstdev(values) if values else 0.0


def _mean(group: Group, role: str, unit: float) -> float | None:
    values = _rewards(group, role)
    return fmean(values) / unit if values else None


def _most(group: Group, unit: float) -> float | None:
    values = _rewards(group, "policy")
    return max(values) / unit if values else None


def _difference(name: str, split: Split, first: Values, second: Values) -> Metric:
    found = intervals.paired_difference(*paired(first, second))
    return metric_of(name, split, found)
