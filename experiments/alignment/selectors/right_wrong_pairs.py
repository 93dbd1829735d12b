"""Right answers against wrong ones of the same prompt: what a verifier learns to tell apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from experiments.alignment.seeds import seed_at
from experiments.alignment.selectors.scores import DUPLICATE, UNSCORED, first_best, scored
from experiments.alignment.types import Group, SampleKind, Selection

RIGHT = 1.0
Side = Literal["chosen", "rejected"]
SAID: dict[Side, str] = {"chosen": "right answer", "rejected": "wrong answer"}


@dataclass(frozen=True)
class RightWrongPairs:
    """Up to `most` preferences a prompt, each of a right and a wrong answer, each text in one pair alone.

    Which ones meet is drawn by the group's seed. A prompt with right or wrong answers alone has no pair.
    """

    most: int = 1
    kind: str = "verify"
    produces: ClassVar[SampleKind] = "preference"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order; pairs are numbered from 0."""
        sides = self._sides(group, seed)
        pairs = min(self.most, *map(len, sides.values()))
        places = {i: (side, at) for side, drawn in sides.items() for at, i in enumerate(drawn[:pairs])}
        reasons = self._reasons(group, sides, pairs)
        return tuple(_fate(c.index, places.get(c.index), reasons[c.index]) for c in group.candidates)

    def best(self, group: Group) -> int | None:
        """A right answer if there is one, else any that was found wrong; None when none could be read."""
        return first_best(scored(group, self.kind))

    def _sides(self, group: Group, seed: int) -> dict[Side, list[int]]:
        """The right and the wrong ones in the order drawn, each text once."""
        scores = scored(group, self.kind)
        first = {group.candidates[index].text: index for index in sorted(scores, reverse=True)}
        drawn = sorted(first.values(), key=lambda index: seed_at(seed, index))
        return {
            "chosen": [index for index in drawn if scores[index] >= RIGHT],
            "rejected": [index for index in drawn if scores[index] < RIGHT],
        }

    def _reasons(self, group: Group, sides: Mapping[Side, list[int]], pairs: int) -> dict[int, str]:
        """Why each candidate is dropped, if it is in no pair."""
        known, distinct = scored(group, self.kind), {index for side in sides.values() for index in side}
        alone = "none is wrong" if sides["chosen"] else "none is right"
        why = "not drawn for a pair" if pairs else alone
        return {
            c.index: UNSCORED if c.index not in known else why if c.index in distinct else DUPLICATE
            for c in group.candidates
        }


def _fate(index: int, place: tuple[Side, int] | None, reason: str) -> Selection:
    if place is None:
        return Selection((index,), "dropped", reason)
    side, number = place
    return Selection((index,), side, SAID[side], pair=number)
