"""The cheap control of preference learning: random pairs of the same samples."""

from dataclasses import dataclass
from itertools import permutations
from typing import ClassVar

from experiments.alignment.ports import Selector
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class RandomPair:
    """A random ordered pair on exactly the prompts where the treated arm forms one.

    So both arms see the same prompts, as many pairs and the same samples; only what the signal adds differs.
    """

    like: Selector
    produces: ClassVar[SampleKind] = "preference"

    @property
    def reads(self) -> frozenset[str]:
        return self.like.reads

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order; the pair, if there is one, has number 0."""
        texts = {candidate.index: candidate.text for candidate in group.candidates}
        pairs = [(a, b) for a, b in permutations(texts, 2) if texts[a] != texts[b]]
        if not pairs or all(selection.fate == "dropped" for selection in self.like.pick(group, seed)):
            return tuple(Selection((index,), "dropped", "no pair in the treated arm") for index in texts)
        chosen, rejected = min(pairs, key=lambda pair: seed_at(seed, *pair))
        return tuple(_fate(index, chosen, rejected) for index in texts)

    def best(self, group: Group) -> int | None:
        """Chance prefers no answer."""
        return None


def _fate(index: int, chosen: int, rejected: int) -> Selection:
    if index == chosen:
        return Selection((index,), "chosen", "random pair", pair=0)
    if index == rejected:
        return Selection((index,), "rejected", "random pair", pair=0)
    return Selection((index,), "dropped", "not in the random pair")
