"""A goal on a grid, told in words: the smallest world in which a walk can be learned.

Three views of it. In `text-grid` the goal is told as seen from the player. In `text-grid-coordinates` both places are
told by row and column, which has to be worked out first. `text-grid-shifted` is for transfer: the goal, the four
directions and the size of the grid are others, and only what the task means stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import permutations
from random import Random
from typing import Literal

from experiments.alignment.environments import Moved, register

Place = tuple[int, int]
"""Row and column, from 0 at the top left."""
STEP_COST = 0.02
"""What a move costs, so that of two walks that arrive the shorter one is better."""
EDGE_COST = 0.05
"""What a move against the edge costs besides, so that walks which do not arrive are not all worth the same."""
COMPASS: Mapping[str, Place] = {"north": (-1, 0), "south": (1, 0), "west": (0, -1), "east": (0, 1)}
WAYS: Mapping[str, Place] = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}


@dataclass(frozen=True)
class TextGrid:
    """`size` by `size` fields; the episode ends at the goal or after `limit` moves.

    Arriving gives 1, every move costs `STEP_COST`, one against the edge `EDGE_COST` more. `ways` are the words of the
    moves in the order up, down, left, right.
    """

    name: str
    size: int
    limit: int
    goal: str
    ways: Mapping[str, Place]
    view: Literal["relative", "coordinates"] = "relative"
    version: str = "1"

    @property
    def task(self) -> str:
        return f"Reach the {self.goal} on a grid of {self.size} by {self.size} fields. Answer with the next move alone."

    def start(self, seed: int) -> "Walk":
        """The seeds from 0 to size² · (size² − 1) − 1 are all pairs of two different places, once each."""
        starts = _starts(self.size)
        (row, column), goal = starts[seed % len(starts)]
        return Walk(self, goal, row, column)


@cache
def _starts(size: int) -> list[tuple[Place, Place]]:
    places = [(row, column) for row in range(size) for column in range(size)]
    pairs = list(permutations(places, 2))
    Random(f"text-grid/{size}").shuffle(pairs)
    return pairs


@dataclass
class Walk:
    """One walk: where the player stands, and how many moves were made."""

    grid: TextGrid
    goal: Place
    row: int
    column: int
    moves: int = field(default=0)

    @property
    def observation(self) -> str:
        return _relative(self) if self.grid.view == "relative" else _coordinates(self)

    @property
    def actions(self) -> tuple[str, ...]:
        return tuple(self.grid.ways)

    @property
    def reached(self) -> bool:
        return (self.row, self.column) == self.goal

    @property
    def done(self) -> bool:
        return self.reached or self.moves >= self.grid.limit

    def step(self, action: str) -> Moved:
        """Moves one field, or stays where the edge is."""
        before, inside = (self.row, self.column), range(self.grid.size)
        down, right = self.grid.ways[action]
        self.moves += 1
        if self.row + down in inside and self.column + right in inside:
            self.row, self.column = self.row + down, self.column + right
        moved = (self.row, self.column) != before
        return Moved(float(self.reached) - STEP_COST - (0.0 if moved else EDGE_COST), valid=moved)


def _relative(walk: Walk) -> str:
    up, down, left, right = walk.grid.ways
    rows, columns = walk.goal[0] - walk.row, walk.goal[1] - walk.column
    parts = [
        f"{abs(far)} {ahead if far > 0 else behind}"
        for far, ahead, behind in ((rows, down, up), (columns, right, left))
        if far
    ]
    return f"The {walk.grid.goal} is {' and '.join(parts) or 'here'}{' from you' if parts else ''}."


def _coordinates(walk: Walk) -> str:
    row, column = walk.goal
    return (
        f"You stand in row {walk.row + 1}, column {walk.column + 1}. "
        f"The {walk.grid.goal} is in row {row + 1}, column {column + 1}. Row 1 is at the top, column 1 at the left."
    )


register(
    TextGrid("text-grid", 4, 8, "goal", WAYS),
    TextGrid("text-grid-coordinates", 4, 8, "goal", WAYS, view="coordinates"),
    TextGrid("text-grid-shifted", 5, 10, "lantern", COMPASS),
)
