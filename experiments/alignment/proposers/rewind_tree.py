"""The search tree of one rewindable generation: token sets with their values, a PUCT-like choice, and the way back."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from experiments.alignment.types import Completion


@dataclass
class Node:
    """A token set: the text that it adds, whether the answer ends with it, and what was found below it."""

    parent: int | None
    depth: int
    text: str
    n_tokens: int = 0
    prior: float = 1.0
    ended: bool = False
    visits: int = 0
    total: float = 0.0
    children: list[int] = field(default_factory=list)

    @property
    def value(self) -> float:
        """The mean evaluation of all that was tried from here on, 0 before anything was."""
        return self.total / self.visits if self.visits else 0.0


@dataclass
class RewindTree:
    """Node 0 is the empty answer; `root` is the last token set that is settled."""

    explore: float = 1.0
    nodes: list[Node] = field(default_factory=lambda: [Node(None, 0, "")])
    root: int = 0

    def path(self, index: int) -> list[Node]:
        """The nodes from the first to this one."""
        node = self.nodes[index]
        return [*(self.path(node.parent) if node.parent is not None else ()), node]

    def text(self, index: int) -> str:
        """The answer up to and with a node."""
        return "".join(node.text for node in self.path(index))

    def leaf(self) -> int:
        """Where the search goes on: from the root always the child of the highest value plus its bonus."""
        index = self.root
        while self.nodes[index].children:
            visits = sum(self.nodes[child].visits for child in self.nodes[index].children)
            index = max(self.nodes[index].children, key=lambda child: self._worth(child, visits))
        return index

    def _worth(self, index: int, visits: int) -> float:
        node = self.nodes[index]
        return node.value + self.explore * node.prior * math.sqrt(visits) / (1 + node.visits)

    def grow(self, leaf: int, drawn: Sequence[Completion]) -> list[int]:
        """Adds the drawn token sets below a leaf, equal ones once, with their share of the draws as prior."""
        kinds = {completion.text: completion for completion in drawn}
        for text, completion in kinds.items():
            share = sum(other.text == text for other in drawn) / len(drawn)
            self.nodes[leaf].children.append(len(self.nodes))
            ended = completion.stop == "end"
            depth = self.nodes[leaf].depth + 1
            self.nodes.append(Node(leaf, depth, text, completion.n_tokens, share, ended))
        return self.nodes[leaf].children

    def back(self, index: int, value: float) -> None:
        """Adds an evaluation to a node and all above it."""
        at: int | None = index
        while at is not None:
            self.nodes[at].visits += 1
            self.nodes[at].total += value
            at = self.nodes[at].parent

    def settle(self) -> bool:
        """Moves the root to its most visited child, the better one of equals; False where there is none."""
        children = self.nodes[self.root].children
        if children:
            self.root = max(children, key=lambda child: (self.nodes[child].visits, self.nodes[child].value))
        return bool(children)

    @property
    def finished(self) -> bool:
        """Whether the settled answer has ended."""
        return self.nodes[self.root].ended

    def evidence(self) -> dict[str, Any]:
        """The tree as JSON: each node's text stands as its answer."""
        return {
            "nodes": [
                {
                    "id": index,
                    "parent": node.parent,
                    "depth": node.depth,
                    "question": "",
                    "answer": node.text,
                    "value": node.value if node.visits else None,
                }
                for index, node in enumerate(self.nodes)
            ]
        }
