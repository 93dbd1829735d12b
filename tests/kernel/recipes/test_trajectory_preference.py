"""Imitation first, then preference: what each phase learns from, and that both raise success."""

import pytest

from experiments.alignment.learners import DPO, SFT
from experiments.alignment.memory import Memory
from experiments.alignment.recipes.trajectory_preference import trajectory_preference
from experiments.alignment.sample_kinds import Demonstration, Preference
from tests.kernel.recipes.acting import TableWorkshop, act
from tests.kernel.runs import metric

SETTINGS = {
    "iterations": 4, "prompts": 20, "probe_prompts": 40, "gold_prompts": 80, "operator_prompts": 20, "episodes": 6,
}  # fmt: skip


@pytest.fixture(scope="module")
def workshop() -> TableWorkshop:
    return TableWorkshop()


@pytest.fixture(scope="module")
def run(workshop: TableWorkshop) -> Memory:
    return act(trajectory_preference, SETTINGS, workshop)


def test_the_expert_is_imitated_in_the_first_round_alone(run: Memory, workshop: TableWorkshop) -> None:
    assert [spec.role for spec, _ in workshop.lessons if isinstance(spec, SFT)] == ["policy", "imitation"]
    assert all(not group.candidates for group in run.groups[2, 0, "train"].values())
    assert (
        metric(run, 1, "imitation_accuracy", "gold").value
        == metric(run, 4, "imitation_accuracy", "gold").value
    )


@pytest.mark.usefixtures("run")
def test_the_expert_teaches_one_move_at_a_time_after_what_was_seen(workshop: TableWorkshop) -> None:
    samples = [s for spec, some in workshop.lessons if isinstance(spec, SFT) for s in some]
    assert {s.answer for s in samples if isinstance(s, Demonstration)} == {"up", "down", "left", "right"}
    assert all("from you." in s.prompt[-1].content for s in samples)


@pytest.mark.usefixtures("run")
def test_pairs_are_two_moves_after_one_prompt(workshop: TableWorkshop) -> None:
    pairs = [s for spec, some in workshop.lessons if isinstance(spec, DPO) for s in some]
    assert pairs
    for pair in pairs:
        assert isinstance(pair, Preference)
        assert pair.chosen != pair.rejected
        assert {pair.chosen, pair.rejected} < {"up", "down", "left", "right"}
        assert "Next move: up, down, left, right?" in pair.prompt[-1].content


def test_imitation_and_preference_both_raise_success(run: Memory) -> None:
    start, alone = metric(run, 0, "accuracy", "gold"), metric(run, 4, "imitation_accuracy", "gold")
    assert start.high < alone.low
    assert metric(run, 4, "accuracy", "gold").value > alone.value


def test_a_round_without_a_pair_leaves_what_was_imitated_in_place() -> None:
    workshop = TableWorkshop(rate=50.0)
    memory = act(trajectory_preference, {**SETTINGS, "iterations": 1, "prompts": 4}, workshop)
    (_, _, imitated), (_, _, kept) = memory.checkpoints["policy"]
    assert not any(isinstance(spec, DPO) for spec, _ in workshop.lessons)
    assert kept.steps == 0 < imitated.steps
    assert kept.checkpoint == imitated.checkpoint
