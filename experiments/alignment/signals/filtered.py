"""What filters say of answers, each against the instruction that it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.filters.screen import FILTER, Case, Filter, screen, signals
from experiments.alignment.ports import Round
from experiments.alignment.prompts.instructing import asked_of
from experiments.alignment.proposers.instructions import INSTRUCTION
from experiments.alignment.types import Candidate, Capability, Group, Prompt, Signal


@dataclass(frozen=True)
class Filtered:
    """One signal a filter and answer: 1 passed, 0 dropped. Candidates that are instructions are not read.

    No model is asked. Filters that compare with what is held already belong to who makes instructions: here nothing is.
    """

    filters: tuple[Filter, ...]
    kind: ClassVar[str] = FILTER
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return ()

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """The signals of each group, in the candidates' order and within it in the filters'."""
        return [
            tuple(
                signal
                for candidate in group.candidates
                if candidate.role != INSTRUCTION
                for signal in self._of(group.prompt, candidate)
            )
            for group in groups
        ]

    def _of(self, prompt: Prompt, candidate: Candidate) -> list[Signal]:
        instruction = asked_of(candidate.train_context or prompt.messages)
        rulings = screen(Case(instruction, candidate.text, ended=candidate.stop == "end"), self.filters)
        return signals(rulings, candidate.index)
