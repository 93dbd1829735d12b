"""Learn by one signal and answer by another: how a verifier that is itself learned is put to use."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Selector
from experiments.alignment.selectors.scores import first_best, scored
from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class AnswerBy:
    """What another selection picks is learned from; the answer is the candidate that signals of `kind` rank highest.

    So the operator that is measured on held-out prompts needs no check, and what is learned from does not need the
    verifier to be any good.
    """

    like: Selector
    kind: str = "verifier"
    produces: ClassVar[SampleKind] = "demonstration"

    @property
    def reads(self) -> frozenset[str]:
        return self.like.reads | {self.kind}

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """What the other selection picks."""
        return self.like.pick(group, seed)

    def best(self, group: Group) -> int | None:
        """The first of the highest ranked; None where the verifier scored none."""
        return first_best(scored(group, self.kind))
