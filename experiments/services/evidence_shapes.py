"""The shapes of evidence: what a page shows of each kind, bounded, whatever else was recorded.

The words in them are a model's or a recipe's; nothing in them is trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat

MOST_ROWS = 60
MOST_NODES = 200
MOST_DEPTH = 12


def _words(value: Any) -> str:
    return "" if value is None or value is False else str(value)


Words = Annotated[str, BeforeValidator(_words)]
Figure = int | FiniteFloat | None


class Shape(BaseModel):
    """The part of a kind's JSON that its template shows."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Rubric(Shape):
    """The scale that a judge was given."""

    name: Words = ""
    version: Words = ""
    sha256: Words = ""
    low: Figure = None
    high: Figure = None


class Bar(Shape):
    """One line of a histogram: `share` in [0, 1] is the length of its bar."""

    label: Words
    count: float
    share: float
    marked: bool = False


class Votes(Shape):
    """How often each answer was given among the samples; entropy in nats."""

    counts: dict[str, FiniteFloat]
    winner: Words = ""
    share: Figure = None
    entropy: Figure = None

    @property
    def bars(self) -> list[Bar]:
        total = sum(self.counts.values()) or 1.0
        most = sorted(self.counts.items(), key=lambda item: -item[1])[:MOST_ROWS]
        return [Bar(label=k, count=n, share=n / total, marked=k == self.winner) for k, n in most]

    @property
    def total(self) -> float:
        return sum(self.counts.values())

    @property
    def more(self) -> int:
        return max(0, len(self.counts) - MOST_ROWS)


class Critique(Shape):
    """What was found wanting, and the rule by which."""

    principle: Words = ""
    critique: Words = ""


class Pairwise(Shape):
    """One presentation of a pair; `p_first` is how likely the one shown as A is the better one."""

    first: int
    second: int
    p_first: Figure = None
    rubric: Words = ""
    version: Words = ""
    sha256: Words = ""

    @property
    def first_number(self) -> int:
        return self.first + 1

    @property
    def second_number(self) -> int:
        return self.second + 1


class Node(Shape):
    """One call of a tree."""

    id: int
    parent: int | None = None
    question: Words = ""
    answer: Words = ""
    value: Figure = None


class Branch(Shape):
    """A call with those that it made."""

    node: Node
    children: list[Branch] = []
    hidden: int = 0


class Tree(Shape):
    """Calls that name the call they were made for."""

    nodes: list[Node]

    @property
    def roots(self) -> list[Branch]:
        """The calls that no earlier one made, with those below them; each call stands once."""
        seen: set[int] = set()
        below: dict[int | None, list[Node]] = {}
        for node in self.nodes[:MOST_NODES]:
            if node.id not in seen:
                below.setdefault(node.parent if node.parent in seen else None, []).append(node)
                seen.add(node.id)
        return [_branch(node, below, 1) for node in below.get(None, [])]

    @property
    def more(self) -> int:
        return max(0, len(self.nodes) - MOST_NODES)


def _branch(node: Node, below: Mapping[int | None, list[Node]], depth: int) -> Branch:
    children = below.get(node.id, [])
    if depth == MOST_DEPTH:
        return Branch(node=node, hidden=len(children))
    return Branch(node=node, children=[_branch(child, below, depth + 1) for child in children])


HIDDEN = (("visible", False), ("hidden", True))


class Test(Shape):
    """One test of a program."""

    test: Words
    passed: bool
    hidden: bool = False


class Tool(Shape):
    """What a program did when it was run."""

    attempt: int = 1
    exit_code: int | None = None
    stdout: Words = ""
    stderr: Words = ""
    killed: Words = ""
    tests: list[Test] = []

    @property
    def groups(self) -> list[tuple[str, int, list[Test]]]:
        """Visible and hidden tests: the word, how many pass, and they themselves."""
        both = ((word, [t for t in self.tests if t.hidden is hidden]) for word, hidden in HIDDEN)
        return [(word, sum(t.passed for t in found), found[:MOST_ROWS]) for word, found in both if found]


class Episode(Shape):
    """Where an episode was played and what came of it."""

    environment: Words = ""
    version: Words = ""
    seed: Words = ""
    reached: bool | None = None
    total: Figure = Field(None, alias="return")


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


class Weak(Shape):
    """A weak supervisor's probabilities beside what the student said. The true label is not in it."""

    labels: list[Words]
    weak: list[FiniteFloat]
    student: Words = ""

    @property
    def bars(self) -> list[Bar]:
        pairs = zip(self.labels, self.weak, strict=False)
        return [
            Bar(label=label, count=p, share=p, marked=label == self.student)
            for label, p in list(pairs)[:MOST_ROWS]
        ]


class Principle(Shape):
    """A rule of a constitution."""

    name: Words = ""
    text: Words = ""


class Reward(Shape):
    """What a reward model gave."""

    reward: Figure = None
    model: Words = ""


class Statements(Shape):
    """The texts of a committed context."""

    statements: list[Words]

    @property
    def rows(self) -> list[str]:
        return self.statements[:MOST_ROWS]

    @property
    def more(self) -> int:
        return max(0, len(self.statements) - MOST_ROWS)
