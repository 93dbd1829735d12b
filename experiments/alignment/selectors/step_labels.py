"""Labels for the steps of solutions, from what became of completions begun at them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from experiments.alignment.selectors.scores import UNSCORED, first_best, scored
from experiments.alignment.solution_steps import solution_steps
from experiments.alignment.types import Candidate, Group, SampleKind, Selection

Place = tuple[int, int]
"""A solution and the number of its steps that a completion begins with."""
NO_COMPLETIONS = "its steps were not completed"
WHOLE = "the verdict on the whole answer alone"


@dataclass(frozen=True)
class StepLabels:
    """Every solution whose steps were completed, right or wrong: the weights of the kept are the labels.

    A step's label is the share of right ones among the completions that begin with it (`soft`), or whether any of them
    is right (`hard`); both as in arXiv 2312.08935. With `outcome` whole answers are labelled and completions
    left out. The answer is the solution that signals of `ranks` rank highest.
    """

    labels: Literal["soft", "hard", "outcome"] = "soft"
    kind: str = "verify"
    ranks: str = "verifier"
    produces: ClassVar[SampleKind] = "steps"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind, self.ranks})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order."""
        scores, begun = scored(group, self.kind), completed(group)
        best = self._best_of_places(group, scores)
        return tuple(self._fate(group, c, scores, best, begun) for c in group.candidates)

    def best(self, group: Group) -> int | None:
        """The first of the highest ranked solutions; None where the verifier scored none."""
        return first_best(scored(group, self.ranks))

    def _best_of_places(self, group: Group, scores: Mapping[int, float]) -> dict[Place, float]:
        """The best verdict on the completions of each place."""
        found: dict[Place, list[float]] = defaultdict(list)
        for c in group.candidates:
            if c.parent is not None and c.index in scores:
                found[c.parent, c.turn].append(scores[c.index])
        return {place: max(values) for place, values in found.items()}

    def _fate(
        self,
        group: Group,
        candidate: Candidate,
        scores: Mapping[int, float],
        best: Mapping[Place, float],
        begun: frozenset[int],
    ) -> Selection:
        about, parent = (candidate.index,), candidate.parent
        reason = self._against(group, candidate, scores, begun)
        if reason:
            return Selection(about, "dropped", reason)
        value = scores[candidate.index]
        if parent is None:
            return Selection(about, "kept", _said("the solution", value), weight=value)
        weight = best[parent, candidate.turn] if self.labels == "hard" else value
        return Selection(about, "kept", _said(f"completed after step {candidate.turn}", value), weight=weight)

    def _against(
        self, group: Group, candidate: Candidate, scores: Mapping[int, float], begun: frozenset[int]
    ) -> str:
        if candidate.index not in scores:
            return UNSCORED
        if candidate.parent is not None:
            lost = candidate.parent not in scores
            return WHOLE if self.labels == "outcome" else UNSCORED if lost else ""
        if not candidate.text.strip():
            return "empty"
        whole = self.labels == "outcome" or len(solution_steps(candidate.text)) == 1
        return "" if whole or candidate.index in begun else NO_COMPLETIONS


def completed(group: Group) -> frozenset[int]:
    """The solutions that completions were begun from."""
    return frozenset(c.parent for c in group.candidates if c.parent is not None)


def _said(what: str, value: float) -> str:
    return f"{what}: {'right' if value >= 1 else 'wrong'}"
