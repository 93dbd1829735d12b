"""The answers that a data set brings along, as candidates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.proposers.self_play import REFERENCE
from experiments.alignment.signals.reference import demonstration
from experiments.alignment.types import Candidate, Capability, Group, Prompt


@dataclass(frozen=True)
class Demonstrations:
    """One candidate a train prompt, its reference answer; no model is asked. Its tokens are counted in words."""

    needs_reference: ClassVar[bool] = True
    needs: ClassVar[frozenset[Capability]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return ()

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt, in the prompts' order. Raises DataError for a prompt without an answer."""
        return [_group(prompt, demonstration(prompt)) for prompt in prompts]


def _group(prompt: Prompt, text: str) -> Group:
    return Group(prompt, (Candidate(0, text, len(text.split()), REFERENCE, "data set"),))
