"""Keep what no filter drops; what is dropped names the filter."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from experiments.alignment.filters.screen import FILTER, reason
from experiments.alignment.proposers.instructions import INSTRUCTION
from experiments.alignment.types import Candidate, Group, SampleKind, Selection

Sought = Literal["instructions", "answers to instructions", "answers to prompts"]


@dataclass(frozen=True)
class PassedFilters:
    """Demonstrations from the candidates of one sort that pass every filter which spoke about them.

    Answers to new instructions have a `train_context`, answers to the prompts themselves have none.
    """

    sought: Sought = "answers to instructions"
    produces: ClassVar[SampleKind] = "demonstration"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({FILTER})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order."""
        return tuple(self._fate(group, candidate) for candidate in group.candidates)

    def best(self, group: Group) -> int | None:
        """A filter prefers no answer to another."""
        return None

    def _fate(self, group: Group, candidate: Candidate) -> Selection:
        bad = self._against(group, candidate)
        if bad:
            return Selection((candidate.index,), "dropped", bad)
        return Selection((candidate.index,), "kept", "passes every filter")

    def _against(self, group: Group, candidate: Candidate) -> str:
        sort = _sort(candidate)
        if sort != self.sought:
            return "no instruction of it was kept" if sort == "instructions" else f"one of the {sort}"
        return against(group, candidate.index)


def _sort(candidate: Candidate) -> Sought:
    if candidate.role == INSTRUCTION:
        return "instructions"
    return "answers to prompts" if candidate.train_context is None else "answers to instructions"


def against(group: Group, index: int) -> str:
    """The first filter that drops a candidate, with its reason; empty where none does, "unscored" where none spoke."""
    said = [s for s in group.signals if s.kind == FILTER and s.about == (index,)]
    if not said:
        return "unscored"
    failed = next((signal for signal in said if signal.value == 0), None)
    if failed is None:
        return ""
    return reason(failed.source, failed.text)
