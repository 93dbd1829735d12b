"""Another selection, on tasks alone that are no harder than a bound."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.difficulty import difficulty
from experiments.alignment.selectors.step_labels import StepLabels
from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class UpToSize:
    """Labels of solutions to tasks of at most this difficulty; it answers tasks of any difficulty as `like` does."""

    most: int
    like: StepLabels
    produces: ClassVar[SampleKind] = "steps"

    @property
    def reads(self) -> frozenset[str]:
        return self.like.reads

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """What the other selection picks; one drop a candidate where the task is too hard."""
        size = difficulty(group.prompt.text)
        if size <= self.most:
            return self.like.pick(group, seed)
        return tuple(Selection((c.index,), "dropped", f"too hard ({size})") for c in group.candidates)

    def best(self, group: Group) -> int | None:
        return self.like.best(group)
