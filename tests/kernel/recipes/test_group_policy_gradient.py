"""The group policy gradient learns from a reward that knows what is right and from no other."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from experiments.alignment.learners import SFT, PolicyGradient
from experiments.alignment.memory import Memory
from experiments.alignment.ports import Check
from experiments.alignment.scripted import Script, ScriptedPolicy, ScriptedWorkshop
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import Ask, Capability, Checkpoint
from tests.kernel.recipes.critics import draft, run
from tests.kernel.recipes.test_constitutional_rl import Rewarding
from tests.kernel.runs import go, metric, start

SETTINGS: dict[str, Any] = {
    "iterations": 3, "prompts": 60, "probe_prompts": 60, "gold_prompts": 20, "operator_prompts": 60, "samples": 4,
}  # fmt: skip


@dataclass(frozen=True)
class Ungraded(ScriptedPolicy):
    """A reward model that has no idea: one number for all, or another one for each."""

    constant: bool = True

    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset({"reward"})

    def reward(self, asks: Sequence[Ask], answers: Sequence[str], check: Check) -> list[float]:
        return [1.0 if self.constant else seed_at("any", answer) / 2**63 for answer in answers]


@dataclass(frozen=True)
class Lending(ScriptedWorkshop):
    """A workshop that has that reward model for the role."""

    constant: bool = True

    def policy(self, role: str, checkpoint: Checkpoint | None) -> ScriptedPolicy:
        if role == "reward-model":
            return Ungraded(Script(), constant=self.constant)
        return super().policy(role, checkpoint)


def learned(tmp_path: Path, **more: Any) -> Memory:
    settings = SETTINGS | {"signal": more.pop("signal", "check")}
    return go(start(tmp_path, 80, 60, skill=0.3), tmp_path, "group-policy-gradient", settings, **more)


def ungraded(tmp_path: Path, constant: bool) -> Memory:
    workshop = Lending(tmp_path, constant=constant)
    return learned(tmp_path, signal="reward-model", workshop=workshop, bound={"reward-model": workshop})


def test_a_reward_for_right_answers_is_learned_from(tmp_path: Path) -> None:
    memory = learned(tmp_path)
    assert metric(memory, 3, "accuracy_gain").low > 0.1
    assert metric(memory, 3, "pass_gain").low > 0.1
    assert metric(memory, 1, "dead_group_share", "train").value < 0.6


@pytest.mark.parametrize("constant", [True, False])
def test_a_reward_that_knows_nothing_teaches_nothing(tmp_path: Path, constant: bool) -> None:
    memory = ungraded(tmp_path, constant)
    assert metric(memory, 3, "accuracy_gain").value < 0.15
    dead = metric(memory, 1, "dead_group_share", "train").value
    assert dead == 1.0 if constant else dead < 0.1
    assert ("dead_groups" in memory.alarms[1]) == constant


def test_the_control_is_fine_tuned_on_the_right_ones_of_the_same_samples(tmp_path: Path) -> None:
    _, workshop = run(tmp_path, "group-policy-gradient", Rewarding(draft), samples=4)
    (gradient, rollouts), (control, demonstrations) = workshop.learned
    assert (type(gradient), type(control), control.role) == (PolicyGradient, SFT, "control")
    right = {(r.prompt, r.answer) for r in rollouts if r.advantage > 0}
    assert right
    assert right <= {(d.prompt, d.answer) for d in demonstrations}
    assert gradient.clip == 0.2


def test_pass_at_k_and_the_majority_stand_beside_single_samples(tmp_path: Path) -> None:
    memory = learned(tmp_path)
    single, double, all_four = (
        metric(memory, 0, name).value for name in ("pass_at_1", "pass_at_2", "pass_at_4")
    )
    assert single < double < all_four
    assert metric(memory, 3, "majority_of_samples").value > metric(memory, 0, "majority_of_samples").value
    assert metric(memory, 3, "support_gain").n == 60
