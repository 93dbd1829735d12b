"""A few labels to begin with: the verifier's verdict on a share of the first round's prompts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.seeds import chance
from experiments.alignment.signals.verify_outcome import VerifyOutcome
from experiments.alignment.types import Capability, Group, Prompt, Signal

FIRST = 1


@dataclass(frozen=True)
class SeedLabels:
    """The outcome verifier for `share` of the prompts of round 1, drawn by the run's seed; silent about all others."""

    share: float = 0.5
    kind: ClassVar[str] = VerifyOutcome.kind
    needs_reference: ClassVar[bool] = True
    needs: ClassVar[frozenset[Capability]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return ()

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """One signal a candidate of a labelled prompt. Raises DataError for one without a reference."""
        return [
            VerifyOutcome().read(at, [group])[0] if self._labelled(at, group.prompt) else ()
            for group in groups
        ]

    def _labelled(self, at: Round, prompt: Prompt) -> bool:
        return at.iteration == FIRST and chance(at.seed, "labelled", prompt.id) < self.share
