"""How little a prompt helps a model to find its answer: instruction-following difficulty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import ClassVar

from experiments.alignment.chunk_places import places
from experiments.alignment.ports import Round
from experiments.alignment.seeds import seed_at
from experiments.alignment.signals.likelihood import NO_PROBABILITIES
from experiments.alignment.types import Ask, Capability, Group, Message, Signal

NOTHING = (Message("user", ""),)
"""The empty prompt that answers are scored after, to see what the real one adds."""
RANK, LOT, OTHER = "rank", "lot", "other"


@dataclass(frozen=True)
class InstructionDifficulty:
    """IFD = perplexity(answer | prompt) / perplexity(answer) of the first candidate (arXiv 2402.00530).

    Below 1 the prompt helps, above it the answer does not belong to it. Its scores are `rank`, the place of the prompt
    among those of its chunk as a share, hardest first and those of 1 or more last; `lot`, a place drawn at random; and
    `other`, the same ratio as another role's model sees it. Perplexities are per word, since models of different
    tokenizers are compared. Where a model gives no log-probabilities the answers are unscored, so that no capability is
    needed.
    """

    role: str = "weak"
    other: str = ""
    kind: ClassVar[str] = "ifd"
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role, self.other) if self.other else (self.role,)

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """One signal a group, about its first candidate."""
        if any("score" not in at.policy(role).capabilities for role in self.roles):
            missing = Signal(self.kind, self.role, (0,), None, parsed=False, error=NO_PROBABILITIES)
            return [(missing,) for _ in groups]
        values = self._ratios(at, self.role, groups)
        ranks = places([(value >= 1, -value) for value in values])
        lots = places([(seed_at(at.seed, at.iteration, "lot", group.prompt.id),) for group in groups])
        others = self._ratios(at, self.other, groups) if self.other else []
        scores = [
            {RANK: rank, LOT: lot} | ({OTHER: others[i]} if others else {})
            for i, (rank, lot) in enumerate(zip(ranks, lots, strict=True))
        ]
        return [(_signal(self.role, value, known),) for value, known in zip(values, scores, strict=True)]

    def _ratios(self, at: Round, role: str, groups: Sequence[Group]) -> list[float]:
        policy = at.policy(role)
        answers = [group.candidates[0].text for group in groups]
        after = policy.score([Ask(group.prompt.messages, 1) for group in groups], answers, at.check)
        alone = policy.score([Ask(NOTHING, 1)] * len(groups), answers, at.check)
        return [
            exp((bare - told) / max(1, len(answer.split())))
            for told, bare, answer in zip(after, alone, answers, strict=True)
        ]


def _signal(source: str, value: float, scores: Mapping[str, float]) -> Signal:
    label = "the prompt helps" if value < 1 else "the prompt does not help"
    return Signal(InstructionDifficulty.kind, source, (0,), value, scores=scores, label=label)
