"""Keep every answer: where how it came about is the whole signal."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class AcceptAll:
    """Demonstrations from all candidates that say something, each text once."""

    produces: ClassVar[SampleKind] = "demonstration"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset()

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order."""
        seen: set[str] = set()
        made = []
        for candidate in group.candidates:
            text = candidate.text.strip()
            reason = "empty" if not text else "duplicate" if text in seen else ""
            seen.add(text)
            made.append(
                Selection((candidate.index,), "dropped", reason)
                if reason
                else Selection((candidate.index,), "kept", "every answer is kept")
            )
        return tuple(made)

    def best(self, group: Group) -> int | None:
        """The first candidate, None where there is none."""
        return group.candidates[0].index if group.candidates else None
