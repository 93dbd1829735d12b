"""Another selection, among the answers that are whole: not empty, not cut off, no refusal."""

from dataclasses import dataclass, replace
from typing import ClassVar

from experiments.alignment.ports import Selector
from experiments.alignment.refusals import refuses
from experiments.alignment.types import Candidate, Group, SampleKind, Selection


@dataclass(frozen=True)
class Sound:
    """Drops what cannot be a demonstration, whatever a signal says of it, and lets `like` choose among the rest.

    With `ended` an answer that reached the token limit is dropped too.
    """

    like: Selector
    ended: bool = True
    produces: ClassVar[SampleKind] = "demonstration"

    @property
    def reads(self) -> frozenset[str]:
        return self.like.reads

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order."""
        picked = list(self.like.pick(self._sound(group), seed))
        unsound = [
            Selection((c.index,), "dropped", reason) for c in group.candidates if (reason := self._against(c))
        ]
        return tuple(sorted([*picked, *unsound], key=lambda selection: selection.about))

    def best(self, group: Group) -> int | None:
        """What the other selection would answer with; None where no answer is whole."""
        sound = self._sound(group)
        return self.like.best(sound) if sound.candidates else None

    def _sound(self, group: Group) -> Group:
        return replace(group, candidates=tuple(c for c in group.candidates if not self._against(c)))

    def _against(self, candidate: Candidate) -> str:
        if not candidate.text.strip():
            return "empty"
        if self.ended and candidate.stop == "length":
            return "cut off at the token limit"
        return "refuses" if refuses(candidate.text) else ""
