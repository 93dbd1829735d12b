"""The lineage graph as coordinates: boxes in columns and curves between them, for one SVG of fixed size."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.services.lineage import Edge, Lineage, Node

WIDTH, HEIGHT = 190, 46
GAP_X, GAP_Y = 54, 16
MARGIN, BOW = 8, 34
LONGEST, LONGEST_DETAIL = 24, 30
"""Characters that fit into a box; the whole name is on hover and in the table."""


@dataclass(frozen=True)
class Box:
    """A node with its upper left corner, in pixels."""

    node: Node
    x: int
    y: int

    @property
    def text_x(self) -> int:
        return self.x + 12

    @property
    def title_y(self) -> int:
        return self.y + 19

    @property
    def detail_y(self) -> int:
        return self.y + 36

    @property
    def title(self) -> str:
        return _short(self.node.title, LONGEST)

    @property
    def detail(self) -> str:
        return _short(self.node.detail, LONGEST_DETAIL)


@dataclass(frozen=True)
class Curve:
    """An edge as the path of an SVG."""

    path: str
    words: str
    loose: bool


@dataclass(frozen=True)
class Drawing:
    """Boxes and curves within width × height pixels."""

    boxes: list[Box]
    curves: list[Curve]
    width: int
    height: int
    box_width: int = WIDTH
    box_height: int = HEIGHT


def draw(graph: Lineage) -> Drawing:
    """Every node at its column and row."""
    boxes = {node.name: Box(node, *_place(node)) for node in graph.nodes}
    curves = [_curve(edge, boxes[edge.start], boxes[edge.end]) for edge in graph.edges]
    right = max(box.x for box in boxes.values()) + WIDTH + MARGIN
    below = max(box.y for box in boxes.values()) + HEIGHT + MARGIN
    return Drawing(list(boxes.values()), curves, right, below)


def _place(node: Node) -> tuple[int, int]:
    return MARGIN + node.column * (WIDTH + GAP_X), MARGIN + node.row * (HEIGHT + GAP_Y)


def _curve(edge: Edge, start: Box, end: Box) -> Curve:
    path = _beside(start, end) if start.x == end.x else _across(start, end)
    return Curve(path, edge.words, edge.loose)


def _across(start: Box, end: Box) -> str:
    x, y, to_x, to_y = start.x + WIDTH, start.y + HEIGHT // 2, end.x, end.y + HEIGHT // 2
    half = GAP_X // 2
    return f"M{x},{y} C{x + half},{y} {to_x - half},{to_y} {to_x},{to_y}"


def _beside(start: Box, end: Box) -> str:
    """Straight down to the next box; around those that lie between."""
    if end.y - start.y == HEIGHT + GAP_Y:
        middle = start.x + WIDTH // 2
        return f"M{middle},{start.y + HEIGHT} L{middle},{end.y}"
    x, y, to_y = start.x + WIDTH, start.y + HEIGHT // 2, end.y + HEIGHT // 2
    return f"M{x},{y} C{x + BOW},{y} {x + BOW},{to_y} {x},{to_y}"


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
