"""Rules that say something new become part of the constitution."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class NewRules:
    """Keeps a proposed rule whose novelty is at least `least`; what is no rule is dropped."""

    least: float = 0.1
    kind: str = "novelty"
    role: str = "rule"
    produces: ClassVar[SampleKind] = "demonstration"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order."""
        return tuple(self._fate(group, c.index, c.role) for c in group.candidates)

    def best(self, group: Group) -> int | None:
        """Rules answer nothing."""
        return None

    def _fate(self, group: Group, index: int, role: str) -> Selection:
        if role != self.role:
            rules = any(c.role == self.role for c in group.candidates)
            return Selection(
                (index,), "dropped", "what the rule is about" if rules else "no rule was proposed"
            )
        novelty = group.mean_value(self.kind, index)
        if novelty is None:
            return Selection((index,), "dropped", "unscored")
        if novelty < self.least:
            return Selection((index,), "dropped", f"says what a rule says, {1 - novelty:.2f} alike")
        return Selection((index,), "kept", f"a new rule, {1 - novelty:.2f} like the nearest")
