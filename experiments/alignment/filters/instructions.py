"""Filters of instructions: is it one, is it new, does it say more than what it was made from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.diagnostics.text import words
from experiments.alignment.filters.answers import Ended
from experiments.alignment.filters.likeness import nearest, nearest_by_letters, nearest_unordered, rouge_l
from experiments.alignment.filters.screen import Case, Filter, Ruling, alike

UNANSWERABLE = tuple("image picture photo graph file map draw plot video audio music website".split())
"""Words of tasks that text alone cannot do."""
EVOLVING = (
    "given prompt",
    "given task",
    "given instruction",
    "rewritten prompt",
    "rewritten task",
    "new task",
)
"""Words of the request to rewrite, which a rewritten prompt has no reason to hold."""


@dataclass(frozen=True)
class Novelty:
    """Drops an instruction whose ROUGE-L with some held one reaches the limit (0.7 in arXiv 2212.10560)."""

    limit: float = 0.7
    name: ClassVar[str] = "novelty"

    def rule(self, case: Case, held: Sequence[str]) -> Ruling:
        return alike(self.name, nearest(case.instruction, held), self.limit)


@dataclass(frozen=True)
class NearCopy:
    """Drops an instruction with the words of a held one in another order."""

    limit: float = 0.9
    name: ClassVar[str] = "near copy"

    def rule(self, case: Case, held: Sequence[str]) -> Ruling:
        return alike(self.name, nearest_unordered(case.instruction, held), self.limit)


@dataclass(frozen=True)
class SameLetters:
    """Drops an instruction whose words differ from a held one's by their endings alone."""

    limit: float = 0.9
    name: ClassVar[str] = "same letters"

    def rule(self, case: Case, held: Sequence[str]) -> Ruling:
        return alike(self.name, nearest_by_letters(case.instruction, held), self.limit)


@dataclass(frozen=True)
class Length:
    """Drops instructions of fewer or more words (Self-Instruct keeps 4 to 150)."""

    least: int = 4
    most: int = 150
    name: ClassVar[str] = "length"

    def rule(self, case: Case, held: Sequence[str]) -> Ruling:
        n = len(words(case.instruction))
        limit = self.least if n < self.least else self.most
        passed = self.least <= n <= self.most
        note = "" if passed else f"{n} word{'' if n == 1 else 's'}, not {self.least} to {self.most}"
        return Ruling(self.name, float(n), float(limit), passed, note)


@dataclass(frozen=True)
class BannedWords:
    """Drops instructions that hold a word of the list, alone or with an s."""

    banned: tuple[str, ...] = UNANSWERABLE
    name: ClassVar[str] = "banned words"

    def rule(self, case: Case, held: Sequence[str]) -> Ruling:
        own = set(words(case.instruction))
        found = [word for word in self.banned if {word, f"{word}s"} & own]
        return Ruling(self.name, float(len(found)), 0.0, not found, ", ".join(found))


@dataclass(frozen=True)
class NoGain:
    """Drops an instruction that says what its parent says: ROUGE-L with it reaches the limit."""

    limit: float = 0.9
    name: ClassVar[str] = "no information gained"

    def rule(self, case: Case, held: Sequence[str]) -> Ruling:
        value = rouge_l(case.instruction, case.parent)
        note = "" if value < self.limit else f"{value:.2f} like what it was made from"
        return Ruling(self.name, value, self.limit, value < self.limit, note)


@dataclass(frozen=True)
class CopiedRequest:
    """Drops an instruction with words of the request that it was written for."""

    phrases: tuple[str, ...] = EVOLVING
    name: ClassVar[str] = "copied request"

    def rule(self, case: Case, held: Sequence[str]) -> Ruling:
        found = [
            p for p in self.phrases if re.search(rf"\b{re.escape(p)}\b", case.instruction, re.IGNORECASE)
        ]
        return Ruling(self.name, float(len(found)), 0.0, not found, ", ".join(found))


OF_TASKS: tuple[Filter, ...] = (Ended(), Length(), BannedWords())
"""What makes a text a task at all."""


def of_copies(novelty: float) -> tuple[Filter, ...]:
    """What keeps copies out: of the same words, of the words in another order, of words with other endings."""
    copies = max(novelty, NearCopy.limit)
    return (Novelty(novelty), NearCopy(copies), SameLetters(copies))


def of_new_instructions(novelty: float) -> tuple[Filter, ...]:
    """What Self-Instruct asks of an instruction, and that it is no copy."""
    return (*OF_TASKS, *of_copies(novelty))
