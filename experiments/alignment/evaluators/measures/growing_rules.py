"""How the constitution grows, and whether there is less and less to find."""

from collections.abc import Iterator, Sequence

from experiments.alignment.diagnostics import intervals
from experiments.alignment.diagnostics.rules import duplicates
from experiments.alignment.evaluators.record import Record, metric_of
from experiments.alignment.prompts.constitution import ROLE
from experiments.alignment.proposers.red_team import VIOLATION
from experiments.alignment.types import Group, Metric, Split


def measure(record: Record) -> Iterator[Metric]:
    """Counts without intervals; violations in this round's answers and, by the newest checkpoint, on probe."""
    rules = record.statements(ROLE)
    yield Metric("rules_held", "train", float(len(rules)), None, None, len(rules))
    yield Metric("rules_duplicate", "train", float(duplicates(rules)), None, None, len(rules))
    if record.iteration:
        yield from _violations("train", record.groups("train"))
    yield from _violations("probe", record.groups("operator"))


def _violations(split: Split, groups: Sequence[Group]) -> Iterator[Metric]:
    read = [group.mean_value(VIOLATION, 0) for group in groups]
    if not read:
        return
    known = [value for value in read if value is not None]
    found = intervals.share(known)
    yield metric_of("violations", split, found, len(read) - len(known))
