"""A revision against its draft, where whoever revised is trusted to have made it better."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.selectors.keep_revision import LEFT_ALONE, ended_with, last_revision
from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class RevisionPair:
    """One preference a prompt: the last revision over the draft. No signal says that it is better (cf. 2402.02416)."""

    produces: ClassVar[SampleKind] = "preference"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset()

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order; the pair, if there is one, has number 0."""
        chosen = last_revision(group)
        if chosen is None or not group.candidates[0].text.strip():
            return tuple(Selection((c.index,), "dropped", LEFT_ALONE) for c in group.candidates)
        return tuple(_fate(c.index, chosen) for c in group.candidates)

    def best(self, group: Group) -> int | None:
        """The last revision, else the draft."""
        return ended_with(group)


def _fate(index: int, chosen: int) -> Selection:
    if index == chosen:
        return Selection((index,), "chosen", "the last revision", pair=0)
    if index == 0:
        return Selection((index,), "rejected", "the draft", pair=0)
    return Selection((index,), "dropped", "superseded")
