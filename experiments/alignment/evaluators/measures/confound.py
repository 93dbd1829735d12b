"""What the pairs of a round teach besides quality: whose answer it is, and how long."""

from collections.abc import Iterator, Sequence

from experiments.alignment.diagnostics.confound import SourcedPair, length_auc, source_auc
from experiments.alignment.evaluators.record import Record, metric_of
from experiments.alignment.proposers.sources import source_of
from experiments.alignment.samples import pairs_of
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
    pairs = pairs_of(selection for selection in group.selections if selection.role == role)
    return [_pair(group, chosen.about[0], rejected.about[0]) for chosen, rejected in pairs]


def _pair(group: Group, chosen: int, rejected: int) -> SourcedPair:
    better, worse = group.candidates[chosen], group.candidates[rejected]
    return SourcedPair(source_of(better), source_of(worse), len(better.text) - len(worse.text))
