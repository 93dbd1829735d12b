"""The better episode against each worse one from the same start."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.environments.moves import parting
from experiments.alignment.proposers.rollout import EXPERT
from experiments.alignment.selectors.scores import TIE, UNSCORED, first_best, scored
from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class TrajectoryPairs:
    """Expert or better ≻ worse, by return (ETO, arXiv 2403.02502); ties teach nothing.

    The best episode of the group, the expert's where it is as good, is preferred to every one that did worse.

    Departure: ETO's loss sums over all moves of both episodes, each after its own history. A pair here is the two
    moves at which the episodes part (`environments.moves.parting`). Up to there their terms cancel. Of what follows,
    this is the one pair of moves that answers one and the same prompt, so that the learner's loss counts the
    policy's own tokens alone and nothing that the environment said. The price: a mistake later in the worse episode
    is not blamed, and where two first moves are equally good the pair blames one of them for what came after.
    """

    kind: str = "env_return"
    produces: ClassVar[SampleKind] = "preference"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """Two selections a pair, in the pairs' order, then one for each episode that is in none."""
        scores = scored(group, self.kind)
        best = self._first(group, scores)
        worse = _worse(group, scores, best)
        made = [s for number, index in enumerate(worse) for s in _pair(number, best, index, scores)]
        paired = {index for selection in made for index in selection.about}
        left = [c.index for c in group.candidates if c.index not in paired]
        return (*made, *(Selection((i,), "dropped", _reason(i, scores, best)) for i in left))

    def best(self, group: Group) -> int | None:
        """The best of the episodes that no expert made; None when none was scored."""
        own = {i: s for i, s in scored(group, self.kind).items() if group.candidates[i].role != EXPERT}
        return first_best(own)

    def _first(self, group: Group, scores: Mapping[int, float]) -> int:
        """The index of the best, −1 in a group without scores."""
        return max(scores, key=lambda i: (scores[i], group.candidates[i].role == EXPERT, -i), default=-1)


def _worse(group: Group, scores: Mapping[int, float], best: int) -> list[int]:
    """Those that did worse and part from the best one, each way of parting once."""
    found: dict[object, int] = {}
    for index, score in scores.items():
        fork = parting(group.candidates[best], group.candidates[index])
        if score < scores[best] and fork is not None:
            found.setdefault(fork, index)
    return list(found.values())


def _pair(number: int, best: int, worse: int, scores: Mapping[int, float]) -> tuple[Selection, Selection]:
    reason = f"return {scores[best]:.4g} against {scores[worse]:.4g}"
    return (
        Selection((best,), "chosen", reason, pair=number),
        Selection((worse,), "rejected", reason, pair=number),
    )


def _reason(index: int, scores: Mapping[int, float], best: int) -> str:
    if index not in scores:
        return UNSCORED
    if index == best:
        return "nothing did worse"
    return TIE if scores[index] == scores[best] else "parts like another one"
