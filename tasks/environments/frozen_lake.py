"""FrozenLake of gymnasium's toy texts, told in words: ice, holes that end the episode, and a goal."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from gymnasium.envs.toy_text.frozen_lake import FrozenLakeEnv, generate_random_map

from experiments.alignment.environments import Moved

SIZE = 5
"""With 4 fields a side, one map in four would be another seed's too."""
ICE = 0.8
"""Share of fields that are ice and no hole, before the map is checked for a way to the goal."""
LIMIT = 20
MOVES = ("left", "down", "right", "up")
"""In the order of the package's own numbers."""
STEPS = ((0, -1), (1, 0), (0, 1), (-1, 0))
HOLE, GOAL = b"H", b"G"


@dataclass(frozen=True)
class FrozenLake:
    """Every seed has a map of its own that can be solved; the ice is not slippery, so that a replay is exact."""

    name: str = "frozen-lake"
    version: str = "gymnasium FrozenLake-v1, 1"

    @property
    def task(self) -> str:
        return (
            "Cross the frozen lake to the goal without a step into a hole. Answer with the next move alone."
        )

    def start(self, seed: int) -> "Crossing":
        world = FrozenLakeEnv(desc=generate_random_map(SIZE, ICE, seed), is_slippery=False)
        world.reset(seed=seed)
        return Crossing(world)


@dataclass
class Crossing:
    """One crossing. The state is the package's: the number of the field that the player stands on."""

    world: FrozenLakeEnv
    actions: tuple[str, ...] = MOVES
    moves: int = 0
    over: bool = field(default=False)

    @property
    def place(self) -> tuple[int, int]:
        row, column = divmod(int(self.world.s), SIZE)
        return row, column

    @property
    def observation(self) -> str:
        row, column = self.place
        goal = " and ".join(part for part in (_far(row, "down"), _far(column, "right")) if part) or "here"
        holes = [move for move, field_ in self._around() if field_ == HOLE]
        walls = [move for move, field_ in self._around() if not field_]
        return f"The goal is {goal} from you.{_told('There is a hole', holes)}{_told('The lake ends', walls)}"

    @property
    def reached(self) -> bool:
        return self._field(*self.place) == GOAL

    @property
    def done(self) -> bool:
        return self.over or self.moves >= LIMIT

    def step(self, action: str) -> Moved:
        before = self.place
        _, reward, over, *_ = self.world.step(MOVES.index(action))
        self.over, self.moves = bool(over), self.moves + 1
        return Moved(float(reward), valid=self.place != before)

    def _field(self, row: int, column: int) -> bytes:
        return bytes(np.asarray(self.world.desc)[row, column])

    def _around(self) -> Iterator[tuple[str, bytes]]:
        """What lies in the direction of each move; nothing where the lake ends."""
        row, column = self.place
        for move, (down, right) in zip(MOVES, STEPS, strict=True):
            inside = 0 <= row + down < SIZE and 0 <= column + right < SIZE
            yield move, self._field(row + down, column + right) if inside else b""


def _far(at: int, way: str) -> str:
    return f"{SIZE - 1 - at} {way}" if at < SIZE - 1 else ""


def _told(what: str, moves: list[str]) -> str:
    return f" {what} {' and '.join(moves)}." if moves else ""
