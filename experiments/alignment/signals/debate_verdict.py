"""The judge of a debate: which of two argued answers it finds likelier, from the probabilities of two letters."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from experiments.alignment.judges.debates import (
    LETTERS,
    SHA256,
    SOURCE,
    VERSION,
    Said,
    judge_messages,
    question_of,
)
from experiments.alignment.ports import Policy, Round
from experiments.alignment.types import Ask, Candidate, Capability, Evidence, Group, Signal

SIDE = "side"
UNOPPOSED = "nobody argued for another answer"


@dataclass(frozen=True)
class Case:
    """A question with two answers and what was said about them, nothing for a judge without a debate."""

    question: str
    answers: tuple[str, str]
    said: tuple[Said, ...] = ()


@dataclass(frozen=True)
class DebateVerdict:
    """For each side of a debate the probability that the judge finds it right (arXiv 1805.00899, 2402.06782).

    Each of the two transcripts, in which either side spoke first, is judged with the letters in both orders: a
    verdict is the mean of two. A side that nobody argued against wins unheard. Candidates of other roles are not
    judged.
    """

    role: str = "judge"
    kind: ClassVar[str] = "debate"
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset({"next_token"})

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """Two signals a transcript, one a side; their `order` is the transcript's place."""
        sides = [sides_of(group) for group in groups]
        cases = [_case(g, one, pair) for g, pair in zip(groups, sides, strict=True) for one in _debates(pair)]
        found = iter(first_probabilities(at, at.policy(self.role), cases) if cases else ())
        return [_signals(pair, [next(found) for _ in _debates(pair)]) for pair in sides]


def sides_of(group: Group) -> list[Candidate]:
    """The argued answers of a group, in order."""
    return [candidate for candidate in group.candidates if candidate.role == SIDE]


def _debates(sides: Sequence[Candidate]) -> Sequence[Candidate]:
    return sides if len(sides) == len(LETTERS) else ()


def _case(group: Group, transcript: Candidate, sides: Sequence[Candidate]) -> Case:
    first, second = sides
    said = tuple(Said(LETTERS.index(turn.author), turn.text) for turn in transcript.turns)
    return Case(question_of(group.prompt), (first.text, second.text), said)


def first_probabilities(at: Round, policy: Policy, cases: Sequence[Case]) -> list[float]:
    """P(the first answer is right) for each case, the mean of both orders of the letters."""
    asks = [
        Ask(judge_messages(case.question, case.answers, case.said, swapped), 1)
        for case in cases
        for swapped in (False, True)
    ]
    chosen = policy.choose(asks, [LETTERS] * len(asks), at.check)
    return [
        (math.exp(straight[0]) + math.exp(swapped[1])) / 2
        for straight, swapped in zip(chosen[::2], chosen[1::2], strict=True)
    ]


def _signals(sides: Sequence[Candidate], found: Sequence[float]) -> tuple[Signal, ...]:
    if len(sides) == 1:
        return (Signal(DebateVerdict.kind, SOURCE, (sides[0].index,), 1.0, label=UNOPPOSED),)
    return tuple(signal for order, p in enumerate(found) for signal in _of_transcript(sides, order, p))


def _of_transcript(sides: Sequence[Candidate], order: int, p: float) -> list[Signal]:
    first, second = sides
    data = {"first": first.index, "second": second.index, "p_first": p}
    rubric = {"rubric": "debate", "version": VERSION, "sha256": SHA256}
    evidence = Evidence("pairwise", data | rubric)
    place: Literal[0, 1] = 1 if order else 0
    return [
        Signal(DebateVerdict.kind, SOURCE, (side.index,), value, order=place, evidence=evidence)
        for side, value in ((first, p), (second, 1 - p))
    ]
