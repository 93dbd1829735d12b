"""What revising is worth: right answers gained and lost between the draft and what the procedure ends with."""

from collections.abc import Iterator, Sequence

from experiments.alignment.diagnostics import flips, intervals
from experiments.alignment.evaluators.record import Record, metric_of
from experiments.alignment.evaluators.task import GOLD
from experiments.alignment.types import Candidate, Group, Metric, Split

Change = tuple[Group, Candidate, Candidate]


def measure(record: Record) -> Iterator[Metric]:
    """Fixes and breaks on probe, where the data set has a check; what became of the texts on train too."""
    operated = _changes(record, record.groups("operator"))
    before, after = _verdicts(operated)
    if before:
        yield metric_of("fixes", "probe", flips.fixes(before, after))
        yield metric_of("breaks", "probe", flips.breaks(before, after))
        yield metric_of("refine_delta", "probe", intervals.paired_difference(after, before))
        yield metric_of("refine_p", "probe", flips.mcnemar(before, after))
    yield from _texts("probe", operated)
    if record.iteration:
        yield from _texts("train", _changes(record, record.groups("train")))


def _changes(record: Record, groups: Sequence[Group]) -> list[Change]:
    """Each group with its draft and what the measured procedure ends with: the draft itself where it was left alone."""
    select = record.composition.operator.branches[0].select
    ended = [(group, select.best(group)) for group in groups]
    return [(group, group.candidates[0], group.candidates[i]) for group, i in ended if i is not None]


def _verdicts(changes: Sequence[Change]) -> tuple[list[float], list[float]]:
    pairs = [
        (group.mean_value(GOLD, draft.index), group.mean_value(GOLD, final.index))
        for group, draft, final in changes
    ]
    both = [(a, b) for a, b in pairs if a is not None and b is not None]
    return [a for a, _ in both], [b for _, b in both]


def _texts(split: Split, changes: Sequence[Change]) -> Iterator[Metric]:
    if not changes:
        return
    same = [float(draft.text.strip() == final.text.strip()) for _, draft, final in changes]
    yield metric_of("revision_unchanged", split, intervals.share(same))
    lengths = [[float(draft.n_tokens), float(final.n_tokens)] for _, draft, final in changes]
    ratio = intervals.ratio_of_means([after for _, after in lengths], [before for before, _ in lengths])
    yield metric_of("revision_length_ratio", split, ratio)
