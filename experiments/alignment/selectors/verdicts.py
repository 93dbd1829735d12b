"""Right and wrong answers as they are, each for itself: what needs no pair."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.selectors.right_wrong_pairs import RIGHT, SAID, Side
from experiments.alignment.selectors.scores import DUPLICATE, UNSCORED, first_best, scored
from experiments.alignment.types import Candidate, Group, SampleKind, Selection


@dataclass(frozen=True)
class Verdicts:
    """Up to `most` right and as many wrong answers of each prompt, each text once (for KTO, arXiv 2402.01306).

    Unlike pairs they can come from prompts whose answers are all right or all wrong.
    """

    most: int = 2
    kind: str = "verify"
    produces: ClassVar[SampleKind] = "unpaired"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order: a right one is chosen, a wrong one rejected, without a pair."""
        scores, taken = scored(group, self.kind), dict.fromkeys(SAID, 0)
        texts: set[str] = set()
        return tuple(
            self._fate(candidate, scores.get(candidate.index), taken, texts) for candidate in group.candidates
        )

    def best(self, group: Group) -> int | None:
        """A right answer if there is one, else any that was found wrong; None when none could be read."""
        return first_best(scored(group, self.kind))

    def _fate(
        self, candidate: Candidate, score: float | None, taken: dict[Side, int], texts: set[str]
    ) -> Selection:
        about = (candidate.index,)
        if score is None:
            return Selection(about, "dropped", UNSCORED)
        side: Side = "chosen" if score >= RIGHT else "rejected"
        if candidate.text in texts:
            return Selection(about, "dropped", DUPLICATE)
        if taken[side] >= self.most:
            return Selection(about, "dropped", f"{self.most} taken already")
        texts.add(candidate.text)
        taken[side] += 1
        return Selection(about, side, SAID[side])
