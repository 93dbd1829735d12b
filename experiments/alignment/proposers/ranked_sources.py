"""Answers of sources that are known to be of unlike quality: the order of the sources is the whole signal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.proposers.sources import SampleSources, Source, source_of
from experiments.alignment.selectors.constructed_pair import CONSTRUCTION
from experiments.alignment.types import Capability, Group, Prompt, Signal


@dataclass(frozen=True)
class RankedSources:
    """One or more answers a source, the best source first (ALMoST, arXiv 2305.13735).

    An answer's value falls evenly from 1 for the first source to 0 for the last one; nobody looks at the answers.
    """

    sources: tuple[Source, ...]
    temperature: float = 1.0
    max_tokens: int = 64
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset({CONSTRUCTION})

    @property
    def roles(self) -> tuple[str, ...]:
        return SampleSources(self.sources).roles

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt, in the prompts' order; its candidates stand in the sources' order."""
        groups = SampleSources(self.sources, self.temperature, self.max_tokens).propose(at, prompts)
        return [replace(group, signals=self._ranks(group)) for group in groups]

    def _ranks(self, group: Group) -> tuple[Signal, ...]:
        places = [place for place, source in enumerate(self.sources) for _ in range(source.n)]
        last = max(1, len(self.sources) - 1)
        return tuple(
            Signal(CONSTRUCTION, "source", (c.index,), 1 - place / last, label=source_of(c))
            for c, place in zip(group.candidates, places, strict=True)
        )
