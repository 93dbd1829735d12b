"""A closed list of answers as candidates: what is to be labelled, not what a model said."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.types import Candidate, Capability, Group, Prompt


@dataclass(frozen=True)
class Options:
    """One candidate an option, in the list's order; no model is asked."""

    options: tuple[str, ...]
    needs: ClassVar[frozenset[Capability]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return ()

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt, in the prompts' order."""
        candidates = tuple(Candidate(index, text, n_tokens=1) for index, text in enumerate(self.options))
        return [Group(prompt, candidates) for prompt in prompts]
