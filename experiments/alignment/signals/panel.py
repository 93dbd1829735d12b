"""A panel of judges: several models score every candidate, and each member's verdict stays its own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from experiments.alignment.judges.rubrics import QUALITY, Rubric
from experiments.alignment.ports import Round
from experiments.alignment.signals.judge_scalar import JudgeScalar
from experiments.alignment.types import Capability, Group, Signal


@dataclass(frozen=True)
class Panel:
    """Scores of several roles by one rubric; those who read them take the mean over the members.

    Unlike members help, and members of one family share their errors: agreement among them is no proof.
    """

    members: tuple[str, ...]
    rubric: Rubric = QUALITY
    repeats: int = 1
    max_tokens: int = 64
    kind: ClassVar[str] = "judge"
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})

    @property
    def roles(self) -> tuple[str, ...]:
        return self.members

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """The members' signals one after another; the source of each begins with the member's role."""
        said = [self._said(at, member, groups) for member in self.members]
        return [tuple(signal for of_member in said for signal in of_member[i]) for i in range(len(groups))]

    def _said(self, at: Round, member: str, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        judge = JudgeScalar(self.rubric, self.repeats, member, self.max_tokens)
        return [
            tuple(replace(signal, source=f"{member}: {signal.source}") for signal in of_group)
            for of_group in judge.read(at, groups)
        ]
