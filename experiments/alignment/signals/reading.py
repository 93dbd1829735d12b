"""Reading several sources over the same groups."""

from collections.abc import Sequence

from experiments.alignment.ports import Round, SignalSource
from experiments.alignment.types import Group, Signal


def read_signals(at: Round, sources: Sequence[SignalSource], groups: Sequence[Group]) -> list[list[Signal]]:
    """What all sources say about each group, in the groups' order and within it in the sources'."""
    read = [source.read(at, groups) for source in sources]
    return [[signal for source in read for signal in source[place]] for place in range(len(groups))]
