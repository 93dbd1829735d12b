"""Curation: a model rates pairs of an instruction and a text, and each pair gets its place among the others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from experiments.alignment.chunk_places import places
from experiments.alignment.filters.screen import FILTER
from experiments.alignment.judges.rubrics import Example, Rubric
from experiments.alignment.ports import Round
from experiments.alignment.proposers.back_translate import SEED
from experiments.alignment.selectors.passed_filters import against
from experiments.alignment.signals.judge_expected import JudgeExpected
from experiments.alignment.types import Candidate, Capability, Group, Message, Signal

RANK = "rank"
CURATION = Rubric(
    name="curation",
    version=1,
    text=(
        "5: the answer is what an expert assistant would give to this question. 4: it answers it fully, with small "
        "flaws. 3: it is helpful, but not how an assistant would answer. 2: it answers a part of it. "
        "1: it is vague, about something else, or no answer."
    ),
    low=1,
    high=5,
    examples=(
        Example("What is the capital of Italy?", "Subscribe to our newsletter.", "It is no answer.", 1),
        Example("Which colours make green?", "Blue and yellow.", "It is right and brief.", 5),
        Example("Name two seas and a lake.", "The Baltic and the Red Sea.", "The lake is missing.", 2),
    ),
)


@dataclass(frozen=True)
class Curation:
    """One score a pair (arXiv 2308.06259), seed pairs excepted. What was hidden is not shown to the judge.

    Its `rank` is the share of the chunk's pairs that are better, those first that no filter dropped.
    """

    judge: JudgeExpected = field(default_factory=lambda: JudgeExpected(CURATION))
    kind: ClassVar[str] = JudgeExpected.kind
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = JudgeExpected.needs

    @property
    def roles(self) -> tuple[str, ...]:
        return self.judge.roles

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """One signal for every candidate but seed pairs, in order."""
        pairs = [list(_pairs(group)) for group in groups]
        flat = [pair for of_group in pairs for pair in of_group]
        said = [signals[0] for signals in self.judge.read(at, flat)] if flat else []
        ranked = iter(_ranked(flat, said))
        return [tuple(next(ranked) for _ in of_group) for of_group in pairs]


def _pairs(group: Group) -> Iterator[Group]:
    """Each candidate as a group of its own, under the prompt that it would be learned with."""
    for candidate in group.candidates:
        if candidate.role != SEED:
            prompt = replace(group.prompt, messages=_asked(group, candidate), reference=None)
            signals = tuple(s for s in group.signals if s.kind == FILTER)
            yield Group(prompt, (candidate,), signals)


def _asked(group: Group, candidate: Candidate) -> tuple[Message, ...]:
    return group.prompt.messages if candidate.train_context is None else candidate.train_context


def _ranked(pairs: Sequence[Group], said: Sequence[Signal]) -> list[Signal]:
    ranks = places([_worse(pair, signal) for pair, signal in zip(pairs, said, strict=True)])
    return [replace(s, scores={**s.scores, RANK: rank}) for s, rank in zip(said, ranks, strict=True)]


def _worse(pair: Group, said: Signal) -> tuple[bool, float]:
    """Greater for a pair that comes later: those that a filter dropped last, the unscored last among their like."""
    dropped = bool(pair.signals) and bool(against(pair, pair.candidates[0].index))
    return dropped, -(said.value if said.value is not None else float("-inf"))
