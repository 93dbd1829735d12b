"""Easy-to-hard: accuracy on either side of the bound of supervision, the gap recovered beyond it, and how far it goes.

The bound is that of the first branch; difficulty is read from the questions (see difficulty.py).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from statistics import fmean

from experiments.alignment.composition import Phase
from experiments.alignment.diagnostics import intervals
from experiments.alignment.diagnostics.findings import Finding
from experiments.alignment.difficulty import difficulty
from experiments.alignment.evaluators.record import Record, Values, closed, metric_of, paired, scored
from experiments.alignment.evaluators.task import GOLD
from experiments.alignment.selectors.keep_size import KeepSize
from experiments.alignment.signals.verifier_score import VerifierScore
from experiments.alignment.steps import HELD_OUT
from experiments.alignment.types import Group, Metric, Part, Split

CEILING = "ceiling"
DISTANCES = ("near", "middle", "far")
"""The hard prompts in three parts, by how far beyond the bound they are."""


def measure(record: Record) -> Iterator[Metric]:
    """Accuracy by difficulty in every iteration; what the ceiling and the evaluator say, from the first training on."""
    for split in HELD_OUT:
        verdicts = record.verdicts(split)
        if verdicts:
            sizes = {group.prompt.id: difficulty(group.prompt.text) for group in record.groups(split)}
            hard = {key: size for key, size in sizes.items() if size > _bound(record)}
            yield metric_of("accuracy_easy", split, _share(verdicts, sizes.keys() - hard.keys()))
            yield metric_of("accuracy_hard", split, _share(verdicts, set(hard)))
            for distance, keys in _parts(hard).items():
                yield metric_of(f"accuracy_hard_{distance}", split, _share(verdicts, keys))
            if record.iteration:
                yield from _recovered(record, split, set(hard))
    if record.iteration:
        yield from _evaluated(record)


def _bound(record: Record) -> int:
    select = record.composition.phases[0].branches[0].select
    assert isinstance(select, KeepSize)
    assert select.most is not None
    return select.most


def _parts(hard: Mapping[str, int]) -> dict[str, set[str]]:
    """Thirds of the hard prompts by difficulty; prompts of one difficulty stay in one part, by their middle place."""
    order = sorted(hard.values())
    parts: dict[str, set[str]] = {distance: set() for distance in DISTANCES}
    for key, size in hard.items():
        middle = (bisect_left(order, size) + bisect_right(order, size)) / 2 / len(order)
        parts[DISTANCES[min(2, int(3 * middle))]].add(key)
    return parts


def _recovered(record: Record, split: Split, hard: set[str]) -> Iterator[Metric]:
    ceiling = record.arm(CEILING)
    assert ceiling is not None
    before, now = record.verdicts(split, 0), record.verdicts(split)
    best = _of(record.arm_verdicts(ceiling, split), hard)
    yield metric_of("ceiling_accuracy_hard", split, intervals.share(scored(best)))
    closure, missing = closed(_of(before, hard), best, _of(now, hard))
    yield metric_of("hard_gap", split, closure.gap, missing)
    yield metric_of("hard_gap_recovered", split, closure.closed, missing)


def _evaluated(record: Record) -> Iterator[Metric]:
    """What an evaluator of easy answers chooses among samples of hard prompts, against one of them and a vote."""
    operator, control = record.composition.operator, record.composition.control
    if control is None or not any(source.kind == VerifierScore.kind for source in operator.signals):
        return
    groups = _hard(record, "operator")
    if not any(s.kind == GOLD for group in groups for s in group.signals):
        return
    chosen = _chosen(operator, groups)
    plain = {group.prompt.id: _mean(group) for group in groups}
    voted = _chosen(control, _hard(record, "operator_control"))
    yield metric_of("evaluator_gain_hard", "probe", intervals.paired_difference(*paired(chosen, plain)))
    yield metric_of(
        "evaluator_against_vote_hard", "probe", intervals.paired_difference(*paired(chosen, voted))
    )


def _hard(record: Record, part: Part) -> list[Group]:
    bound = _bound(record)
    return [group for group in record.groups(part) if difficulty(group.prompt.text) > bound]


def _chosen(phase: Phase, groups: list[Group]) -> Values:
    ended = {group.prompt.id: (group, phase.branches[0].select.best(group)) for group in groups}
    return {
        key: None if best is None else group.mean_value(GOLD, best) for key, (group, best) in ended.items()
    }


def _mean(group: Group) -> float | None:
    values = [value for c in group.candidates for value in group.values(GOLD, c.index)]
    return fmean(values) if values else None


def _of(values: Values, keys: set[str]) -> Values:
    return {key: value for key, value in values.items() if key in keys}


def _share(values: Values, keys: set[str]) -> Finding:
    return intervals.share(scored(_of(values, keys)))
