"""Every pair whose order is known from where its members come from, unless a reward model objects."""

from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

from experiments.alignment.selectors.constructed_pair import CONSTRUCTION
from experiments.alignment.selectors.scores import DUPLICATE, UNSCORED, first_best, scored
from experiments.alignment.types import Group, SampleKind, Selection

VETOED = "the reward model orders them otherwise"


@dataclass(frozen=True)
class OrderedPairs:
    """One preference for each two candidates of unlike value, the higher one chosen.

    With `veto`, a kind of score, a pair is dropped where both have that score and the chosen one's is the lower. Where
    nothing has it yet every pair stands.
    """

    kind: str = CONSTRUCTION
    veto: str = ""
    produces: ClassVar[SampleKind] = "preference"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """Two selections a pair; a candidate that is in none is dropped."""
        pairs = ordered(group, self.kind)
        made = [s for number, pair in enumerate(pairs) for s in self._pair(group, pair, number)]
        told = {index for pair in pairs for index in pair}
        alone = [c.index for c in group.candidates if c.index not in told]
        return (*made, *(Selection((index,), "dropped", UNSCORED) for index in alone))

    def best(self, group: Group) -> int | None:
        """The first candidate of the best source that says something."""
        said = {i: v for i, v in scored(group, self.kind).items() if group.candidates[i].text.strip()}
        return first_best(said)

    def _pair(self, group: Group, pair: tuple[int, int], number: int) -> tuple[Selection, ...]:
        reason = self._refusal(group, pair)
        if reason:
            return tuple(Selection((index,), "dropped", reason) for index in pair)
        better, worse = pair
        return (
            Selection((better,), "chosen", "of the better source", pair=number),
            Selection((worse,), "rejected", "of the worse source", pair=number),
        )

    def _refusal(self, group: Group, pair: tuple[int, int]) -> str:
        better, worse = (group.candidates[index].text.strip() for index in pair)
        if not better or not worse:
            return "one of the two is empty"
        if better == worse:
            return DUPLICATE
        scores = scored(group, self.veto) if self.veto else {}
        objects = all(index in scores for index in pair) and scores[pair[0]] < scores[pair[1]]
        return VETOED if objects else ""


def ordered(group: Group, kind: str) -> list[tuple[int, int]]:
    """The pairs of candidates of unlike value, the better one first."""
    values = scored(group, kind)
    return [
        (a, b) if values[a] > values[b] else (b, a)
        for a, b in combinations(sorted(values), 2)
        if values[a] != values[b]
    ]
