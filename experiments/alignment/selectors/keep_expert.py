"""Keep the expert's episodes that really arrive, to imitate them."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.proposers.rollout import EXPERT
from experiments.alignment.types import Candidate, Group, SampleKind, Selection


@dataclass(frozen=True)
class KeepExpert:
    """Demonstrations from the candidates of role "expert"; one whose replay failed is dropped."""

    kind: str = "env_return"
    produces: ClassVar[SampleKind] = "demonstration"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order."""
        return tuple(self._fate(group, candidate) for candidate in group.candidates)

    def best(self, group: Group) -> int | None:
        """The expert's episode, None where there is none."""
        return next((c.index for c in group.candidates if c.role == EXPERT), None)

    def _fate(self, group: Group, candidate: Candidate) -> Selection:
        if candidate.role != EXPERT:
            return Selection((candidate.index,), "dropped", "not the expert's")
        if group.mean_value(self.kind, candidate.index) is None:
            return Selection((candidate.index,), "dropped", "unscored")
        return Selection((candidate.index,), "kept", "the expert's walk")
