"""For learners that need no samples: nothing is selected and nothing dropped."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class NoSamples:
    """Says nothing of any candidate: the learner works on weights alone."""

    produces: ClassVar[SampleKind] = "demonstration"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset()

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """No selection."""
        return ()

    def best(self, group: Group) -> int | None:
        """It prefers no answer."""
        return None
