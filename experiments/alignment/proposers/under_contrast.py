"""Two answers to each prompt, one under a context that makes it better and one under one that makes it worse."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.proposers.under_context import UnderContext
from experiments.alignment.selectors.constructed_pair import CONSTRUCTION
from experiments.alignment.types import Candidate, Capability, Group, Prompt, Signal


@dataclass(frozen=True)
class UnderContrast:
    """Samples one answer a context; the construction itself is the signal (RLCD, arXiv 2307.12950).

    Both draw with one seed, so that they differ by their context alone as far as sampling allows.
    """

    better: str
    worse: str
    temperature: float = 1.0
    max_tokens: int = 64
    role: str = "policy"
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset({CONSTRUCTION})

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt, in order: the candidate made to be better, then the other, and what they are."""
        better, worse = (self._answers(at, prompts, context) for context in (self.better, self.worse))
        return [
            Group(prompt, (first, replace(second, index=1)), CONSTRUCTED)
            for prompt, first, second in zip(prompts, better, worse, strict=True)
        ]

    def _answers(self, at: Round, prompts: Sequence[Prompt], context: str) -> list[Candidate]:
        groups = UnderContext(context, 1, self.temperature, self.max_tokens, self.role).propose(at, prompts)
        return [group.candidates[0] for group in groups]


CONSTRUCTED = (
    Signal(CONSTRUCTION, "context", (0,), 1.0, label="under the better context"),
    Signal(CONSTRUCTION, "context", (1,), 0.0, label="under the worse context"),
)
