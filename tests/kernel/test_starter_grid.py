"""Starts in an environment as a data set: valid rows, no start in two splits, and solvable by the expert."""

from collections import Counter

import pytest

from experiments.alignment.environments import find_environment
from experiments.alignment.environments.places import start_of
from experiments.alignment.environments.replay import shortest
from experiments.alignment.types import Message
from experiments.alignment.verifiers import verify
from experiments.rows import assign_splits, validate_rows
from experiments.starter.grid import SIZES, environment_rows


@pytest.mark.parametrize("name", ["text-grid", "frozen-lake"])
def test_rows_are_valid_sized_and_name_each_seed_once(name: str) -> None:
    rows = list(assign_splits(validate_rows(enumerate(environment_rows(name), 1), "rule")))
    assert Counter(row.split for row in rows) == SIZES
    assert len({row.prompt_hash() for row in rows}) == len({row.rule for row in rows}) == sum(SIZES.values())


def test_no_start_of_the_grid_is_in_two_splits() -> None:
    world = find_environment("text-grid-coordinates")
    seen = Counter(world.start(row["meta"]["seed"]).observation for row in environment_rows())
    assert set(seen.values()) == {1}


def test_the_prompt_and_the_rule_of_a_row_name_one_start() -> None:
    for row in environment_rows():
        start = start_of(row["id"], (Message("user", row["prompt"]),))
        assert row["rule"] == f"reaches-goal:{start.environment}/{start.seed}"


def test_the_experts_walk_is_a_right_answer_to_every_row() -> None:
    for row in validate_rows(enumerate(environment_rows(), 1), "rule"):
        walk = shortest(find_environment("text-grid"), int(row.meta["seed"]))
        assert verify("rule", "\n".join(walk), row.reference()).value == 1.0
