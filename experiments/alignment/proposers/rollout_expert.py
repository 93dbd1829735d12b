"""Shortest walks to imitate, before anything is learned by acting."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.proposers.rollout import expert_game
from experiments.alignment.types import Capability, Group, Prompt


@dataclass(frozen=True)
class ExpertWalk:
    """One shortest walk a prompt in the first round; later rounds get no candidates, so that nothing is learned."""

    needs: ClassVar[frozenset[Capability]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return ()

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt. Raises DataError for a prompt that names no environment."""
        if at.iteration > 1:
            return [Group(prompt, ()) for prompt in prompts]
        return [Group(prompt, (expert_game(prompt).candidate(0),)) for prompt in prompts]
