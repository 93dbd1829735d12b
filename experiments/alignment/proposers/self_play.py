"""The two texts between which a discriminator decides: the demonstration and the model's own answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.signals.reference import demonstration
from experiments.alignment.types import Candidate, Capability, Group, Prompt

REFERENCE = "reference"


@dataclass(frozen=True)
class OwnAgainstReference:
    """Candidate 0 is the train prompt's demonstration, candidate 1 one sample of the policy (arXiv 2401.01335).

    The demonstrations are the data set's and never change; the opponent is the newest checkpoint.
    """

    temperature: float = 1.0
    max_tokens: int = 64
    role: str = "policy"
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt. Raises DataError for one without a demonstration."""
        texts = [demonstration(prompt) for prompt in prompts]
        sampled = Sample(1, self.temperature, self.max_tokens, self.role).propose(at, prompts)
        return [
            replace(group, candidates=(_reference(text), replace(group.candidates[0], index=1)))
            for text, group in zip(texts, sampled, strict=True)
        ]


def _reference(text: str) -> Candidate:
    """Its tokens are not known here, so they are counted in words."""
    return Candidate(0, text, len(text.split()), REFERENCE, "data set")
