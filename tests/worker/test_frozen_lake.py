"""FrozenLake in words: the package's own world, told and replayed exactly."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.alignment.environments import find_environment
from experiments.alignment.environments.replay import replay, shortest
from experiments.alignment.types import Reference
from experiments.alignment.verifiers import verify
from experiments.rows import validate_rows
from experiments.starter.grid import SIZES, environment_rows
from tasks.environments.frozen_lake import LIMIT, MOVES, SIZE, FrozenLake


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.sampled_from(MOVES), max_size=LIMIT + 4))
def test_an_episode_plays_alike_from_its_seed_and_ends(seed: int, moves: list[str]) -> None:
    def walked() -> list[object]:
        episode = FrozenLake().start(seed)
        seen: list[object] = []
        for move in moves:
            if not episode.done:
                seen.append((episode.observation, episode.step(move), episode.done, episode.reached))
        return seen

    assert walked() == walked()
    assert len(walked()) <= LIMIT


@pytest.mark.parametrize("seed", range(0, 60, 7))
def test_the_goal_is_told_and_the_expert_reaches_it_past_the_holes(seed: int) -> None:
    lake = find_environment("frozen-lake")
    assert f"The goal is {SIZE - 1} down and {SIZE - 1} right from you." in lake.start(seed).observation
    walk = shortest(lake, seed)
    assert replay(lake, seed, walk).total == 1.0
    assert len(walk) >= 2 * (SIZE - 1)


def test_a_hole_that_was_told_ends_the_episode_without_the_goal() -> None:
    episode = next(e for e in map(FrozenLake().start, range(50)) if "hole right" in e.observation)
    moved = episode.step("right")
    assert (moved.reward, moved.valid, episode.done, episode.reached) == (0.0, True, True, False)


def test_a_step_beyond_the_edge_changes_nothing_and_is_told_before() -> None:
    episode = FrozenLake().start(0)
    assert "The lake ends left and up." in episode.observation
    assert not episode.step("up").valid


def test_the_starter_rows_have_maps_that_no_other_split_has() -> None:
    maps: dict[str, set[str]] = {split: set() for split in SIZES}
    rows = list(validate_rows(enumerate(environment_rows("frozen-lake"), 1), "rule"))
    for row in rows:
        world = FrozenLake().start(int(row.meta["seed"])).world
        maps[str(row.split)].add(json.dumps(np.asarray(world.desc).astype(str).tolist()))
    assert not maps["train"] & (maps["probe"] | maps["gold"])
    assert not maps["probe"] & maps["gold"]


def test_the_rule_of_a_row_is_verified_by_a_replay() -> None:
    walk = shortest(FrozenLake(), 5)
    rule = Reference(rule="reaches-goal:frozen-lake/5")
    assert verify("rule", "\n".join(walk), rule).value == 1.0
    assert verify("rule", "\n".join(walk[:-1]), rule).value == 0.0
