"""What the pairs of a round teach besides quality: whose answer it is, and how long."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from experiments.alignment.diagnostics.confound import SourcedPair, length_auc, source_auc
from experiments.alignment.evaluators.record import Record, metric_of
from experiments.alignment.proposers.sources import source_of
from experiments.alignment.types import Group, Metric


def measure(record: Record) -> Iterator[Metric]:
    """Of the first phase whose first selection makes pairs; nothing before training or where it made none."""
    phases = enumerate(record.composition.phases) if record.iteration else ()
    makers = ((n, p.branches[0]) for n, p in phases if p.branches[0].select.produces == "preference")
    phase, branch = next(makers, (None, None))
    if phase is None or branch is None:
        return
    pairs = [_pairs(group, branch.role) for group in record.of_phase(phase)]
    if not any(pairs):
        return
    for name, finding in (("source_auc", source_auc), ("length_auc", length_auc)):
        found = finding(pairs)
        yield metric_of(name, "train", found)


def _pairs(group: Group, role: str) -> Sequence[SourcedPair]:
    members: dict[int, dict[str, int]] = defaultdict(dict)
    for selection in group.selections:
        if selection.pair is not None and selection.role == role:
            members[selection.pair][selection.fate] = selection.about[0]
    return [
        _pair(group, pair["chosen"], pair["rejected"])
        for pair in members.values()
        if {"chosen", "rejected"} <= pair.keys()
    ]


def _pair(group: Group, chosen: int, rejected: int) -> SourcedPair:
    better, worse = group.candidates[chosen], group.candidates[rejected]
    return SourcedPair(source_of(better), source_of(worse), len(better.text) - len(worse.text))
