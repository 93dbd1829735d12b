"""Context distillation: what a context did, the model does without it."""

from pathlib import Path
from typing import Any

from experiments.alignment.memory import Memory
from tests.kernel.recipes.contexts import HeedfulWorkshop
from tests.kernel.runs import go, metric, start

SETTINGS = {
    "iterations": 2, "prompts": 80, "probe_prompts": 60, "gold_prompts": 60, "operator_prompts": 60, "samples": 2,
    "context": "Carefully count every unit twice.",
}  # fmt: skip


def distilled(tmp_path: Path, skill: float = 0.3, told: float = 0.95, **settings: Any) -> Memory:
    """Run on a model that has the skill `told` under the context."""
    workshop = HeedfulWorkshop(tmp_path, heeds={"Carefully": told})
    memory = start(tmp_path, 80, 60, skill=skill)
    return go(memory, tmp_path, "context-distillation", SETTINGS | settings, workshop=workshop)


def test_accuracy_without_the_context_rises_toward_that_with_it(tmp_path: Path) -> None:
    memory = distilled(tmp_path)
    before, after = (metric(memory, at, "accuracy", "gold").value for at in (0, 2))
    target = metric(memory, 0, "context_accuracy", "gold").value
    assert before < after - 0.3 < after <= target + 0.05
    assert metric(memory, 2, "context_gap_closed", "gold").low > 0.5
    assert metric(memory, 0, "operator_against_control").low > 0.3


def test_the_divergence_from_the_model_with_context_closes(tmp_path: Path) -> None:
    memory = distilled(tmp_path)
    assert metric(memory, 0, "context_kl").low > 0
    assert metric(memory, 1, "context_kl_closed").low > 0.3
    assert metric(memory, 2, "context_kl_closed").value > metric(memory, 1, "context_kl_closed").value
    assert metric(memory, 2, "context_kl_closed").value <= 1.1


def test_a_context_that_changes_nothing_leaves_no_gap_to_close(tmp_path: Path) -> None:
    memory = distilled(tmp_path, told=0.3)
    assert metric(memory, 2, "context_gap_closed", "gold").value is None
    assert metric(memory, 2, "context_kl_closed").value is None


def test_the_teacher_stays_the_model_before_training(tmp_path: Path) -> None:
    memory = distilled(tmp_path)
    for at in (1, 2):
        [group, *_] = memory.groups[at, 0, "train"].values()
        assert {candidate.role for candidate in group.candidates} == {"base"}
        assert group.candidates[0].context is not None
        assert group.candidates[0].context[0].content == SETTINGS["context"]
    assert memory.checkpoints.keys() == {"policy"}


def test_answers_that_repeat_the_context_are_told_as_leakage(tmp_path: Path) -> None:
    clean = distilled(tmp_path / "clean", iterations=0)
    quoting = distilled(
        tmp_path / "quoting", 0.0, iterations=0, context="Carefully. The answer is 301 or 303."
    )
    assert metric(clean, 0, "context_leakage").value == 0
    assert metric(quoting, 0, "context_leakage").value > 0


def test_where_no_candidate_saw_the_prompt_alone_no_plain_sample_is_claimed(tmp_path: Path) -> None:
    memory = distilled(tmp_path, iterations=0)
    names = {m.name for m in memory.metrics[0]}
    assert not names & {"pass_at_1", "operator_gain"}
    assert {"operator_accuracy", "operator_control_accuracy"} <= names
