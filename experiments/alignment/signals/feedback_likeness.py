"""How much of a critique an answer takes up: what ILF chooses among refinements by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.proposers.refine_from import CRITIQUE
from experiments.alignment.types import Candidate, Capability, Group, Signal
from experiments.alignment.word_cosine import bag, cosine

NO_CRITIQUE = "there is no critique to compare with"


@dataclass(frozen=True)
class FeedbackLikeness:
    """The cosine between the words of each refinement and those of the critique of the draft (arXiv 2303.16755).

    The draft has none where there are refinements: a critique that quotes what it rejects is likest to that. Departure:
    counted words, where the paper compares embeddings.
    """

    kind: ClassVar[str] = "likeness"
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return ()

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """One signal a refinement, in order; a draft that was left alone has one itself."""
        return [
            tuple(self._signal(said_of_draft(group), one) for one in group.candidates[1:] or group.candidates)
            for group in groups
        ]

    def _signal(self, critique: str, candidate: Candidate) -> Signal:
        about = (candidate.index,)
        if not critique:
            return Signal(self.kind, "words", about, None, parsed=False, error=NO_CRITIQUE)
        return Signal(self.kind, "words", about, cosine(bag(critique), bag(candidate.text)))


def said_of_draft(group: Group) -> str:
    """The critique of candidate 0, "" where there is none."""
    return next((s.text for s in group.signals if s.kind == CRITIQUE and s.about == (0,)), "")
