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
    """What a reward model gave; `kl` is how much likelier the answer is than under the reference, in nats."""

    reward: Figure = None
    model: Words = ""
    kl: Figure = None
    reference_logprob: Figure = None


class SolutionStep(Shape):
    """One step of a solution: a verifier's score, and the label that `right` of `n` completions give it (0 to 1)."""

    text: Words
    label: Figure = None
    n: int | None = None
    right: int | None = None
    score: Figure = None


class Steps(Shape):
    """A solution step by step."""

    steps: list[SolutionStep]

    @property
    def rows(self) -> list[SolutionStep]:
        return self.steps[:MOST_ROWS]

    @property
    def more(self) -> int:
        return max(0, len(self.steps) - MOST_ROWS)

    @property
    def labelled(self) -> bool:
        """Whether anything but the verifier has said something of a step."""
        return any(step.label is not None for step in self.steps)

    @property
    def scored(self) -> bool:
        """Whether a verifier has."""
        return any(step.score is not None for step in self.steps)


class Statements(Shape):
    """The texts of a committed context."""

    statements: list[Words]

    @property
    def rows(self) -> list[str]:
        return self.statements[:MOST_ROWS]

    @property
    def more(self) -> int:
        return max(0, len(self.statements) - MOST_ROWS)
