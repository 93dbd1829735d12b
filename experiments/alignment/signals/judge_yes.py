"""Self-evaluation of whole answers: the probability of yes, in both orders of the options."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.judges.judge import Judge
from experiments.alignment.judges.yes_no import CRITERION, VERSION, yes_chances, yes_messages
from experiments.alignment.ports import Round
from experiments.alignment.types import Capability, Group, Signal

ORDERS = (0, 1)


@dataclass(frozen=True)
class JudgeYes:
    """Two signals a candidate, one an order; whoever reads them takes their mean."""

    criterion: str = CRITERION
    role: str = "judge"
    kind: ClassVar[str] = "judge_yes"
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset({"next_token"})

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """In the candidates' order."""
        cases = [(group.prompt.text, c.text) for group in groups for c in group.candidates]
        policy = at.policy(self.role)
        chances = iter(yes_chances(policy, cases, at.check, self.criterion))
        prompt = yes_messages("{question}", "{answer}", 0, self.criterion)
        source = Judge("yes-no", VERSION, prompt, policy.name, "probabilities").source
        return [
            tuple(s for c in group.candidates for s in self._both(c.index, source, next(chances)))
            for group in groups
        ]

    def _both(self, index: int, source: str, chances: tuple[float, float]) -> list[Signal]:
        first, second = chances
        return [
            Signal(self.kind, source, (index,), first, order=0),
            Signal(self.kind, source, (index,), second, order=1),
        ]
