"""Figures of recipes that act in an environment: returns, wasted moves, groups without a lesson, transfer."""

from collections.abc import Callable, Iterator, Sequence

from experiments.alignment.composition import Arm
from experiments.alignment.diagnostics import intervals
from experiments.alignment.diagnostics.findings import Finding
from experiments.alignment.diagnostics.gap_closure import gap_closure
from experiments.alignment.evaluators.record import Record, metric_of, paired
from experiments.alignment.selectors.group_norm import alike
from experiments.alignment.selectors.scores import scored as returns_of
from experiments.alignment.signals.env_return import EnvReturn
from experiments.alignment.steps import HELD_OUT
from experiments.alignment.types import Candidate, Group, Metric, Split

POLICY = "policy"


def measure(record: Record) -> Iterator[Metric]:
    """The metrics of the family that the record supports."""
    for split in HELD_OUT:
        yield from _episodes(record, split)
        for arm in record.composition.arms:
            if arm.world:
                yield from _transfer(record, arm, split)
    if record.iteration:
        yield from _flat(record.groups("train"))


def _episodes(record: Record, split: Split) -> Iterator[Metric]:
    played = [candidate for candidate in record.answers(split) if candidate.turns]
    if not played:
        return
    yield metric_of("mean_return", split, intervals.mean([_return(candidate) for candidate in played]))
    for name, share in SHARES.items():
        yield metric_of(name, split, intervals.share([share(candidate) for candidate in played]))


def _return(candidate: Candidate) -> float:
    return sum(float(turn.data.get("reward", 0.0)) for turn in candidate.turns)


def _invalid(candidate: Candidate) -> float:
    return sum(turn.data.get("valid") is False for turn in candidate.turns) / len(candidate.turns)


def _stalled(candidate: Candidate) -> float:
    """Moves made from where the episode had been before."""
    seen = [turn.data.get("observation") for turn in candidate.turns]
    return sum(place in seen[:number] for number, place in enumerate(seen)) / len(seen)


SHARES: dict[str, Callable[[Candidate], float]] = {
    "invalid_action_rate": _invalid,
    "stall_rate": _stalled,
}


def _transfer(record: Record, arm: Arm, split: Split) -> Iterator[Metric]:
    own, other = paired(record.verdicts(split), record.arm_verdicts(arm, split))
    if own:
        yield metric_of("transfer_drop", split, transfer_drop(own, other))


def transfer_drop(own: Sequence[float], other: Sequence[float]) -> Finding:
    """(S_own − S_other) / S_own over the same prompts: what gap closure from no success at all leaves open.

    Undefined where S_own does not lie more than three standard errors above 0 (see `gap_closure`).
    """
    kept = gap_closure([0.0] * len(own), own, other).closed
    if kept.value is None or kept.low is None or kept.high is None:
        return kept
    return Finding(1 - kept.value, kept.n, 1 - kept.high, 1 - kept.low)


def _flat(groups: Sequence[Group]) -> Iterator[Metric]:
    """Groups of at least two episodes that all had one return."""
    values = [_own_returns(group) for group in groups]
    flat = [float(alike(some)) for some in values if len(some) > 1]
    if flat:
        yield metric_of("flat_group_share", "train", intervals.share(flat))


def _own_returns(group: Group) -> list[float]:
    scores = returns_of(group, EnvReturn.kind)
    return [score for index, score in scores.items() if group.candidates[index].role == POLICY]
