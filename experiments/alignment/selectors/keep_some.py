"""Keep the first answers of a prompt, whatever they are: the measure of what a filter adds."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.selectors.scores import keep_first
from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class KeepSome:
    """Demonstrations from the first `per_prompt` answers that say something, each text once."""

    per_prompt: int = 1
    produces: ClassVar[SampleKind] = "demonstration"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset()

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order."""
        return keep_first(
            group, self.per_prompt, lambda c: "" if c.text.strip() else "empty", lambda c: "not filtered"
        )

    def best(self, group: Group) -> int | None:
        """The first answer that says something."""
        return next((c.index for c in group.candidates if c.text.strip()), None)
