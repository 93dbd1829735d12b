"""The candidates of an earlier phase once more, so that a trained model can say something about them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.types import Capability, Group, Prompt

BEFORE = "logprob_before"


@dataclass(frozen=True)
class Replay:
    """What a phase of this round proposed for the same prompts, its signals of `kind` renamed `logprob_before`."""

    phase: int = 0
    kind: str = "logprob"
    needs: ClassVar[frozenset[Capability]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset({BEFORE})

    @property
    def roles(self) -> tuple[str, ...]:
        return ()

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt, in the prompts' order; no model is asked."""
        found = {group.prompt.id: group for group in at.earlier(self.phase)}
        return [self._again(found[prompt.id]) for prompt in prompts]

    def _again(self, group: Group) -> Group:
        signals = tuple(replace(s, kind=BEFORE) for s in group.signals if s.kind == self.kind)
        return Group(group.prompt, group.candidates, signals)
