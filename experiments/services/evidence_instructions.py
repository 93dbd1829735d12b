"""The shapes of what filters said of a text, and of where a generated instruction comes from."""

from __future__ import annotations

from experiments.services.evidence_shapes import MOST_ROWS, Figure, Shape, Words


class Filter(Shape):
    """What one filter measured, its limit, and whether the text stays."""

    name: Words
    value: Figure = None
    limit: Figure = None
    passed: bool


class Instruction(Shape):
    """A generated instruction: the texts it was made from, the held one that is nearest by ROUGE-L, and its fate."""

    instruction: Words
    parents: list[Words] = []
    operator: Words = ""
    nearest: Words = ""
    similarity: Figure = None
    verdict: Words = ""

    @property
    def rows(self) -> list[str]:
        return self.parents[:MOST_ROWS]

    @property
    def more(self) -> int:
        return max(0, len(self.parents) - MOST_ROWS)
