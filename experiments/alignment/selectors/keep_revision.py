"""Keep an answer that was revised, in its last form; what was left alone teaches nothing."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.types import Group, SampleKind, Selection

LEFT_ALONE = "left as it was"


@dataclass(frozen=True)
class KeepRevision:
    """One demonstration a prompt: the last revision, if it says something else than the draft."""

    produces: ClassVar[SampleKind] = "demonstration"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset()

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order."""
        kept = last_revision(group)
        return tuple(
            Selection((c.index,), "kept", "the last revision")
            if c.index == kept
            else Selection((c.index,), "dropped", LEFT_ALONE if kept is None else "superseded")
            for c in group.candidates
        )

    def best(self, group: Group) -> int | None:
        """The last revision, else the draft."""
        return ended_with(group)


def last_revision(group: Group) -> int | None:
    """The last revision that is not empty; None where there is none, or where it says what the draft said."""
    said = [c for c in group.candidates if c.parent is not None and c.text.strip()]
    changed = said and said[-1].text.strip() != group.candidates[0].text.strip()
    return said[-1].index if changed else None


def ended_with(group: Group) -> int | None:
    """The last revision, else the draft; None for a group without candidates."""
    revised = last_revision(group)
    return revised if revised is not None else group.candidates[0].index if group.candidates else None
