"""Steering a scripted model: better answers than plain ones where the reward knows what is right."""

from pathlib import Path
from typing import Any

import pytest

from experiments.alignment.errors import ConfigError
from experiments.alignment.memory import Memory
from experiments.alignment.scripted import Script, ScriptedWorkshop
from tests.kernel.runs import go, metric, start

SETTINGS: dict[str, Any] = {
    "iterations": 1, "prompts": 12, "probe_prompts": 60, "gold_prompts": 30, "operator_prompts": 60,
}  # fmt: skip


def steered(tmp_path: Path, noise: float, **settings: Any) -> Memory:
    lent = {"reward-model": Script(rewards=True, judge_noise=noise).save(tmp_path / "lent")}
    workshop = ScriptedWorkshop(tmp_path, lent)
    memory = start(tmp_path, 20, 60, skill=0.3)
    return go(memory, tmp_path, "reward-guided-decoding", SETTINGS | settings, workshop=workshop, bound=lent)


def test_a_reward_that_knows_raises_reward_and_accuracy_and_trains_nothing(tmp_path: Path) -> None:
    memory = steered(tmp_path, noise=0.1)
    assert metric(memory, 0, "guided_gain").low > 0.1
    assert metric(memory, 0, "guided_reward_gain").low > 0.5
    assert metric(memory, 1, "operator_gain").low > 0.1
    assert not memory.checkpoints


def test_a_reward_of_noise_raises_itself_alone(tmp_path: Path) -> None:
    memory = steered(tmp_path, noise=50.0)
    assert metric(memory, 0, "guided_reward_gain").low > 0
    assert metric(memory, 0, "guided_gain").low < 0.05


def test_the_control_chooses_among_whole_answers_by_the_same_reward(tmp_path: Path) -> None:
    memory = steered(tmp_path, noise=0.1, control_samples=6)
    groups = memory.groups[1, 0, "operator_control"].values()
    assert {len(group.candidates) for group in groups} == {6}
    assert metric(memory, 1, "operator_control_accuracy").value > metric(memory, 1, "pass_at_1").value
    assert {c.role for g in memory.groups[1, 0, "operator"].values() for c in g.candidates} == {
        "policy",
        "guided",
    }


def test_without_a_reward_model_the_run_ends_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--use reward-model=RUN"):
        go(start(tmp_path, 20, 20), tmp_path, "reward-guided-decoding", SETTINGS)
