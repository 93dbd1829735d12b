"""Keep what a procedure ends with: the last revision, whatever came before."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class KeepFinal:
    """One demonstration a prompt: the last candidate that says something; nobody checks that it is better."""

    produces: ClassVar[SampleKind] = "demonstration"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset()

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order."""
        final = self.best(group)
        return tuple(_fate(c.index, c.text, final) for c in group.candidates)

    def best(self, group: Group) -> int | None:
        """The last candidate that is not empty; None where all are."""
        return next((c.index for c in reversed(group.candidates) if c.text.strip()), None)


def _fate(index: int, text: str, final: int | None) -> Selection:
    if index == final:
        return Selection((index,), "kept", "the answer it ended with")
    return Selection((index,), "dropped", "superseded" if text.strip() else "empty")
