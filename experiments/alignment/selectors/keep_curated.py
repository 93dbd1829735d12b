"""Keep the seed pairs and the best rated share of the augmented ones."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.filters.screen import FILTER
from experiments.alignment.proposers.back_translate import SEED
from experiments.alignment.selectors.passed_filters import against
from experiments.alignment.selectors.scores import UNSCORED
from experiments.alignment.signals.curation import RANK
from experiments.alignment.types import Candidate, Group, SampleKind, Selection


@dataclass(frozen=True)
class KeepCurated:
    """Of the augmented pairs of a chunk that no filter dropped, the `share` of the highest scores is kept."""

    share: float
    kind: str = "judge"
    produces: ClassVar[SampleKind] = "demonstration"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order."""
        return tuple(self._fate(group, candidate) for candidate in group.candidates)

    def best(self, group: Group) -> int | None:
        """A pair answers nothing better than another."""
        return None

    def _fate(self, group: Group, candidate: Candidate) -> Selection:
        about = (candidate.index,)
        if candidate.role == SEED:
            return Selection(about, "kept", "a seed pair")
        filtered = any(s.kind == FILTER for s in group.signals)
        reason = against(group, candidate.index) if filtered else ""
        if reason:
            return Selection(about, "dropped", reason)
        said = next((s for s in group.signals if s.kind == self.kind and s.about == about), None)
        if said is None or said.value is None or RANK not in said.scores:
            return Selection(about, "dropped", UNSCORED)
        if said.scores[RANK] < self.share:
            return Selection(about, "kept", f"curation {said.value:.2f}, among the best {self.share:.0%}")
        return Selection(about, "dropped", f"curation {said.value:.2f}, not among the best {self.share:.0%}")
