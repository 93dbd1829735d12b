"""Starts in an environment, one a row: a goal to be reached by moves, checked by making them again."""

from collections.abc import Iterator
from typing import Any

from experiments.alignment.environments.places import Start
from experiments.alignment.verifiers.goal import goal_rule

SIZES = {"train": 120, "probe": 40, "gold": 80}
"""Together the 240 pairs of two different places that a grid of 4 by 4 has: no start is in two splits."""
QUESTION = "Reach the goal. Give your moves, one a line."


def environment_rows(environment: str = "text-grid", first: int = 0) -> Iterator[dict[str, Any]]:
    """Yield rows of `SIZES`, of the seeds from `first` on.

    The splits share no start. What is told of a start may be told of another one too: where the goal is seen from the
    player, there are 48 observations in all. Whether more than these is learned, transfer environments tell.
    """
    seed = first
    for split, size in SIZES.items():
        for number in range(size):
            yield _row(f"{environment}-{split}-{number:03}", Start(environment, seed), split)
            seed += 1


def _row(row_id: str, start: Start, split: str) -> dict[str, Any]:
    return {
        "id": row_id,
        "prompt": f"{QUESTION}\n{start.line}",
        "rule": goal_rule(start),
        "split": split,
        "meta": {"environment": start.environment, "seed": start.seed},
    }
