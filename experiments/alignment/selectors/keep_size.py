"""Keep tasks of a certain difficulty, whatever their answers are."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.difficulty import difficulty
from experiments.alignment.seeds import chance
from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class KeepSize:
    """All candidates of a prompt whose difficulty is within `least` and `most` (None: no bound) are kept.

    `share` keeps so many of these prompts, drawn by the selection's seed.
    """

    least: int = 0
    most: int | None = None
    share: float = 1.0
    produces: ClassVar[SampleKind] = "demonstration"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset()

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order, all with the same fate."""
        against = self._against(group, seed)
        reason = against or f"difficulty {difficulty(group.prompt.text)}"
        return tuple(
            Selection((candidate.index,), "dropped" if against else "kept", reason)
            for candidate in group.candidates
        )

    def best(self, group: Group) -> int | None:
        """A size prefers no answer."""
        return None

    def _against(self, group: Group, seed: int) -> str:
        size = difficulty(group.prompt.text)
        if size < self.least:
            return f"too easy ({size})"
        if self.most is not None and size > self.most:
            return f"too hard ({size})"
        return "" if chance("size", seed) < self.share else "not drawn"
