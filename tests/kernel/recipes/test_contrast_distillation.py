"""Contrast distillation: pairs in the right order without a judge."""

from pathlib import Path
from typing import Any

from experiments.alignment.memory import Memory
from experiments.alignment.registry import get_recipe
from tests.kernel.recipes.contexts import HeedfulWorkshop
from tests.kernel.runs import go, metric, start

SETTINGS = {
    "iterations": 2, "prompts": 80, "probe_prompts": 60, "gold_prompts": 60, "operator_prompts": 60,
    "better": "Good answers only.", "worse": "Bad answers only.",
}  # fmt: skip


def contrasted(tmp_path: Path, good: float = 0.9, bad: float = 0.1, **settings: Any) -> Memory:
    """Run on a model with these skills under the two contexts and 0.3 without."""
    workshop = HeedfulWorkshop(tmp_path, heeds={"Good": good, "Bad": bad})
    memory = start(tmp_path, 80, 60, skill=0.3)
    return go(memory, tmp_path, "contrast-distillation", SETTINGS | settings, workshop=workshop)


def test_no_model_is_asked_to_judge() -> None:
    made = get_recipe("contrast-distillation")
    composition = made.composition(made.config())
    assert composition.roles() == {"policy"}
    assert all(not phase.signals for phase in composition.phases)


def test_constructed_pairs_are_in_the_right_order_and_teach(tmp_path: Path) -> None:
    memory = contrasted(tmp_path)
    assert metric(memory, 0, "construction_accuracy").low > 0.8
    assert metric(memory, 0, "construction_gain").low > 0.5
    assert metric(memory, 2, "accuracy_gain", "gold").low > 0.1
    assert metric(memory, 2, "control_gain", "gold").low > 0.1


def test_contexts_that_make_no_difference_give_pairs_at_chance(tmp_path: Path) -> None:
    memory = contrasted(tmp_path, good=0.5, bad=0.5)
    noise = metric(memory, 0, "construction_told")
    assert noise.value == 0
    assert metric(memory, 0, "construction_accuracy").value is None


def test_contexts_the_wrong_way_round_are_told_as_noise(tmp_path: Path) -> None:
    memory = contrasted(tmp_path, good=0.1, bad=0.9)
    assert metric(memory, 0, "construction_accuracy").high < 0.2
    assert metric(memory, 0, "construction_gain").high < 0


def test_a_reward_model_fitted_to_the_pairs_leads_a_policy_gradient(tmp_path: Path) -> None:
    memory = contrasted(tmp_path, learner="reward-model")
    assert memory.checkpoints.keys() == {"reward-model", "policy"}
    followed = [s for g in memory.groups[1, 1, "train"].values() for s in g.signals]
    assert {s.kind for s in followed} == {"reward"}
    assert all(s.value is not None for s in followed)
    assert metric(memory, 2, "accuracy_gain", "gold").low > 0.1
