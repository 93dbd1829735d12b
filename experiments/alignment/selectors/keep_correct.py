"""Keep what the verifier calls right, at most so many answers a prompt."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.selectors.scores import UNSCORED, first_best, keep_first, scored
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
        return keep_first(group, self.per_prompt, lambda c: self._against(group, c), lambda c: "right answer")

    def best(self, group: Group) -> int | None:
        """A right answer if there is one, else any that was found wrong; None when none could be read."""
        return first_best(scored(group, self.kind))

    def _against(self, group: Group, candidate: Candidate) -> str:
        value = group.mean_value(self.kind, candidate.index)
        if value is None:
            return UNSCORED
        return "wrong answer" if value < RIGHT else ""
