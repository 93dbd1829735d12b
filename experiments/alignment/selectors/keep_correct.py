"""Keep what the verifier calls right, at most so many answers a prompt."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.types import Candidate, Group, SampleKind, Selection

RIGHT = 1.0


@dataclass(frozen=True)
class KeepCorrect:
    """Demonstrations from right answers. The cap keeps easy prompts from filling the round (arXiv
    2312.06585).
    """

    per_prompt: int = 1
    kind: str = "verify"
    produces: ClassVar[SampleKind] = "demonstration"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order; the first right answers are kept."""
        kept: list[str] = []
        made = []
        for candidate in group.candidates:
            reason = self._against(group, candidate, kept)
            if not reason:
                kept.append(candidate.text)
            made.append(
                Selection((candidate.index,), "dropped" if reason else "kept", reason or "right answer")
            )
        return tuple(made)

    def best(self, group: Group) -> int | None:
        """A right answer if there is one, else any that was found wrong; None when none could be read."""
        values = {c.index: group.mean_value(self.kind, c.index) for c in group.candidates}
        scored = {index: value for index, value in values.items() if value is not None}
        return max(scored, key=lambda index: (scored[index], -index)) if scored else None

    def _against(self, group: Group, candidate: Candidate, kept: list[str]) -> str:
        value = group.mean_value(self.kind, candidate.index)
        if value is None:
            return "unscored"
        if value < RIGHT:
            return "wrong answer"
        if candidate.text in kept:
            return "duplicate"
        if len(kept) >= self.per_prompt:
            return "one kept already" if self.per_prompt == 1 else f"{self.per_prompt} kept already"
        return ""
