"""Filters of answers: does it say something, does it refuse, does it come to its end, is it the question again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.diagnostics.text import words
from experiments.alignment.filters.likeness import rouge_l
from experiments.alignment.filters.screen import Case, Filter, Ruling
from experiments.alignment.refusals import refuses
from experiments.alignment.sentences import repeats

STOP_WORDS = frozenset(
    "a an and are as at be but by for from had has have he her his i in is it its me my not of on or our she so that "
    "the their them then there they this to was we were what which who will with you your".split()
)


@dataclass(frozen=True)
class SaysSomething:
    """Drops answers of signs and stop words alone, or of one thing over and over."""

    name: ClassVar[str] = "says nothing"

    def rule(self, case: Case, held: Sequence[str]) -> Ruling:
        own = words(case.answer)
        telling = [word for word in own if word not in STOP_WORDS]
        passed = bool(telling) and not repeats(own)
        note = "" if passed else "one thing over and over" if telling else "signs and stop words alone"
        return Ruling(self.name, float(len(telling)), 0.0, passed, note)


@dataclass(frozen=True)
class Refusal:
    """Drops answers that begin with an apology for not giving one: "I cannot", "As an AI" (`refusals`)."""

    name: ClassVar[str] = "refusal"

    def rule(self, case: Case, held: Sequence[str]) -> Ruling:
        refused = refuses(case.answer)
        return Ruling(self.name, float(refused), 0.0, not refused, "the answer declines" if refused else "")


@dataclass(frozen=True)
class Ended:
    """Drops answers that were cut off at the token limit."""

    name: ClassVar[str] = "cut off"

    def rule(self, case: Case, held: Sequence[str]) -> Ruling:
        note = "" if case.ended else "the token limit came first"
        return Ruling(self.name, float(not case.ended), 0.0, case.ended, note)


@dataclass(frozen=True)
class CopiedInput:
    """Drops answers that are the instruction again: ROUGE-L with it reaches the limit."""

    limit: float = 0.8
    name: ClassVar[str] = "copied input"

    def rule(self, case: Case, held: Sequence[str]) -> Ruling:
        value = rouge_l(case.answer, case.instruction)
        note = "" if value < self.limit else f"{value:.2f} like the instruction"
        return Ruling(self.name, value, self.limit, value < self.limit, note)


OF_ANSWERS: tuple[Filter, ...] = (SaysSomething(), Refusal(), Ended(), CopiedInput())
