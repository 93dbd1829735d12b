"""Acting and learning from the return: the phenomenon on a grid, with a table in place of a model."""

import pytest

from experiments.alignment.learners import PolicyGradient
from experiments.alignment.memory import Memory
from experiments.alignment.recipes.embodied_policy import embodied_policy
from experiments.alignment.sample_kinds import Rollout
from tests.kernel.recipes.acting import TableWorkshop, act
from tests.kernel.runs import metric

SETTINGS = {"iterations": 6, "prompts": 60, "probe_prompts": 40, "gold_prompts": 80, "operator_prompts": 20}


@pytest.fixture(scope="module")
def workshop() -> TableWorkshop:
    return TableWorkshop()


@pytest.fixture(scope="module")
def run(workshop: TableWorkshop) -> Memory:
    return act(embodied_policy, SETTINGS, workshop)


def test_the_policy_reaches_the_goal_more_often_after_training_and_more_often_than_chance(
    run: Memory,
) -> None:
    before, after = metric(run, 0, "accuracy", "gold"), metric(run, 6, "accuracy", "gold")
    chance = metric(run, 0, "random_accuracy", "gold")
    assert before.high < after.low
    assert chance.high < after.low
    assert metric(run, 6, "mean_return").low > metric(run, 0, "mean_return").high


def test_success_is_lost_in_the_renamed_world_and_the_loss_is_measured(run: Memory) -> None:
    assert metric(run, 6, "shifted_accuracy", "gold").high < metric(run, 6, "accuracy", "gold").low
    drop = metric(run, 6, "transfer_drop", "gold")
    assert drop.low > 0.5
    assert drop.n == 80


def test_an_untrained_policy_wastes_moves_and_a_trained_one_hardly_any(run: Memory) -> None:
    for name in ("invalid_action_rate", "stall_rate"):
        assert metric(run, 6, name).high < metric(run, 0, name).low


def test_hardly_a_start_is_without_a_lesson_since_walks_that_fail_differ_too(run: Memory) -> None:
    flat = metric(run, 1, "flat_group_share", "train")
    assert flat.n == 60
    assert flat.high < 0.2


def test_every_move_is_learned_with_the_advantage_of_its_episode_and_the_moves_there_were(
    run: Memory, workshop: TableWorkshop
) -> None:
    spec, samples = workshop.lessons[0]
    assert isinstance(spec, PolicyGradient)
    groups = run.groups[1, 0, "train"].values()
    moves = [
        (turn.text, s.weight) for g in groups for s in g.selections for turn in g.candidates[s.about[0]].turns
    ]
    assert [(s.answer, s.advantage) for s in samples if isinstance(s, Rollout)] == moves
    assert {s.options for s in samples if isinstance(s, Rollout)} == {("up", "down", "left", "right")}


def test_the_same_seed_plays_the_same_run_and_another_one_another(run: Memory) -> None:
    small = {**SETTINGS, "iterations": 1, "prompts": 10}

    def episodes(seed: int) -> list[str]:
        memory = act(embodied_policy, small, TableWorkshop(), seed)
        return [c.text for group in memory.groups[1, 0, "train"].values() for c in group.candidates]

    assert episodes(3) == episodes(3)
    assert episodes(3) != episodes(4)


def test_without_a_transfer_world_nothing_is_said_about_one(run: Memory) -> None:
    memory = act(embodied_policy, {**SETTINGS, "iterations": 0, "world": ""}, TableWorkshop())
    assert "transfer_drop" not in {m.name for m in memory.metrics[0]}
