"""How far samples agree, on probe, and whether what most say is right, on train: the loop never reads that."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from experiments.alignment.diagnostics import intervals
from experiments.alignment.diagnostics.calibration import calibration_error
from experiments.alignment.evaluators.record import Record, Values, metric_of, paired, scored, unscored
from experiments.alignment.selectors.majority import Majority
from experiments.alignment.types import Group, Metric
from experiments.alignment.verifiers import VERIFIERS, verify

VOTE = "vote"


def measure(record: Record) -> Iterator[Metric]:
    """Entropy and different answers on the operator's prompts; precision and calibration on the round's."""
    yield from _spread(record)
    if record.iteration and record.verifier in VERIFIERS:
        yield from _pseudo_labels(record)


def _spread(record: Record) -> Iterator[Metric]:
    entropies = _entropies(record.groups("operator"))
    if not entropies:
        return
    distinct = [float(len(votes["counts"])) for votes in _votes(record.groups("operator")).values()]
    yield metric_of("answer_entropy", "probe", intervals.mean(scored(entropies)))
    yield metric_of("distinct_answers", "probe", intervals.mean(distinct))
    if record.iteration:
        before = _entropies(record.groups("operator", 0))
        ratio = intervals.ratio_of_means(*paired(entropies, before))
        yield metric_of("answer_entropy_ratio", "probe", ratio)


def _entropies(groups: Sequence[Group]) -> Values:
    return {key: float(votes["entropy"]) for key, votes in _votes(groups).items()}


def _votes(groups: Sequence[Group]) -> dict[str, Mapping[str, Any]]:
    """The histogram of each prompt that has one."""
    found = {}
    for group in groups:
        for signal in group.signals:
            if signal.kind == VOTE and signal.evidence:
                found[group.prompt.id] = signal.evidence.data
    return found


def _pseudo_labels(record: Record) -> Iterator[Metric]:
    groups = [group for group in record.groups("train") if group.prompt.reference and _votes([group])]
    if not groups:
        return
    winners = {group.prompt.id: _right(record, group, Majority().best(group)) for group in groups}
    kept = {group.prompt.id: _precision(record, group) for group in groups}
    precise = {key: value for key, value in kept.items() if value is not None}
    shares = {key: float(votes["share"]) for key, votes in _votes(groups).items()}
    yield metric_of(
        "majority_accuracy", "train", intervals.share(scored(winners)), n_unscored=unscored(winners)
    )
    yield metric_of("pseudo_label_precision", "train", intervals.share(list(precise.values())))
    yield metric_of("vote_calibration_error", "train", calibration_error(*paired(shares, winners)))


def _precision(record: Record, group: Group) -> float | None:
    """Share of a prompt's kept answers that are right; None where none was kept."""
    kept = [index for s in group.selections if s.fate == "kept" for index in s.about]
    right = [value for index in kept if (value := _right(record, group, index)) is not None]
    return sum(right) / len(right) if right else None


def _right(record: Record, group: Group, index: int | None) -> float | None:
    if index is None or group.prompt.reference is None:
        return None
    return verify(record.verifier, group.candidates[index].text, group.prompt.reference).value
