"""The shapes of what observers, judges and people said of an answer or a statement: ratings, aspects, votes."""

from __future__ import annotations

from pydantic import Field

from experiments.services.evidence_shapes import MOST_DEPTH, MOST_ROWS, Figure, Shape, Words


class Rating(Shape):
    """One observer's rating of an answer before and after its revision."""

    persona: Words
    before: Figure = None
    after: Figure = None
    comment: Words = ""

    @property
    def change(self) -> float | None:
        return None if self.before is None or self.after is None else self.after - self.before


class Observers(Shape):
    """A society of observers."""

    ratings: list[Rating]

    @property
    def rows(self) -> list[Rating]:
        return self.ratings[:MOST_ROWS]

    @property
    def more(self) -> int:
        return max(0, len(self.ratings) - MOST_ROWS)


class OpinionGroup(Shape):
    """People who vote alike, and their agreement with each statement in [0, 1]."""

    size: int
    agreement: list[Figure] = []


class Statement(Shape):
    """One statement with what people said about it."""

    text: Words
    consensus: Figure = None
    votes_for: Figure = Field(None, alias="for")
    against: Figure = None
    passed: Figure = None


class Opinions(Shape):
    """Groups of people and what each thinks of every statement."""

    people: int
    simulated: bool = False
    groups: list[OpinionGroup] = []
    statements: list[Statement]

    @property
    def sizes(self) -> list[int]:
        return [group.size for group in self.groups[:MOST_DEPTH]]

    @property
    def rows(self) -> list[tuple[Statement, list[Figure]]]:
        """Each statement with every group's agreement."""
        return [
            (one, [g.agreement[i] if i < len(g.agreement) else None for g in self.groups[:MOST_DEPTH]])
            for i, one in enumerate(self.statements[:MOST_ROWS])
        ]

    @property
    def more(self) -> int:
        return max(0, len(self.statements) - MOST_ROWS)


class Aspect(Shape):
    """One thing that an answer was rated by, and why."""

    name: Words
    rating: Figure = None
    rationale: Words = ""


class Aspects(Shape):
    """An answer's ratings aspect by aspect, and who wrote it."""

    aspects: list[Aspect]
    source: Words = ""

    @property
    def rows(self) -> list[Aspect]:
        return self.aspects[:MOST_ROWS]

    @property
    def more(self) -> int:
        return max(0, len(self.aspects) - MOST_ROWS)
