"""Soft labels by rules become a reward model, and the policy follows its rewards; a biased judge is found."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from experiments.alignment.learners import DPO, PolicyGradient, RewardModel
from experiments.alignment.ports import Check
from experiments.alignment.scripted_answers import is_right
from experiments.alignment.types import Ask, Capability
from tests.kernel.planted import Planted
from tests.kernel.recipes.critics import PAIR, draft, question, run
from tests.kernel.runs import metric


@dataclass
class Rewarding(Planted):
    """Its reward is 1 for right answers."""

    capabilities: frozenset[Capability] = frozenset({"generate", "next_token", "reward"})

    def reward(self, asks: Sequence[Ask], answers: Sequence[str], check: Check) -> list[float]:
        pairs = zip(asks, answers, strict=True)
        return [float(is_right(ask.messages[-1].content, answer)) for ask, answer in pairs]


def keeps_rules(case: str, options: tuple[str, ...]) -> Sequence[float]:
    """The right answer keeps the rule better, with a liking for the first place besides."""
    found = PAIR.search(case)
    assert found is not None
    first, second = (is_right(question(case), side) for side in found.groups())
    return (0.9, 0.1) if first and not second else (0.3, 0.7) if second and not first else (0.6, 0.4)


def test_the_mean_of_both_orders_is_the_soft_label_of_reward_model_and_control(tmp_path: Path) -> None:
    _, workshop = run(tmp_path, "constitutional-rl", Rewarding(draft, keeps_rules))
    kinds = [type(spec) for spec, _ in workshop.learned]
    assert kinds == [RewardModel, DPO, PolicyGradient]
    rewarded, direct, _ = (samples for _, samples in workshop.learned)
    assert rewarded == direct
    assert [sample.p_chosen for sample in rewarded] == [pytest.approx(0.8)] * len(rewarded)
    assert rewarded
    assert all(is_right(sample.prompt[-1].content, sample.chosen) for sample in rewarded)


def test_right_answers_get_the_advantage(tmp_path: Path) -> None:
    memory, workshop = run(tmp_path, "constitutional-rl", Rewarding(draft, keeps_rules))
    rollouts = workshop.learned[-1][1]
    assert any(rollout.advantage > 0 for rollout in rollouts)
    for rollout in rollouts:
        right = is_right(rollout.prompt[-1].content, rollout.answer)
        assert rollout.advantage == 0 or (rollout.advantage > 0) == right
    assert metric(memory, 0, "operator_gain").low > 0.2


def test_a_fair_judge_is_consistent_and_one_that_reads_places_is_found(tmp_path: Path) -> None:
    fair, _ = run(tmp_path / "fair", "constitutional-rl", Rewarding(draft, keeps_rules))
    biased = Rewarding(draft, lambda case, options: (0.9, 0.1))
    found, workshop = run(tmp_path / "biased", "constitutional-rl", biased)
    assert metric(found, 1, "position_preference", "train").low > 0.9
    assert metric(found, 1, "position_p", "train").value < 0.01
    assert metric(found, 1, "conflict_rate", "train").value == 1
    assert [type(spec) for spec, _ in workshop.learned] == [PolicyGradient]
    assert metric(fair, 1, "position_consistency", "train").value < 1
    assert metric(fair, 1, "pair_tie_rate", "train").value < 0.8


def test_reasons_hold_the_labels_near_one_half(tmp_path: Path) -> None:
    sure = Rewarding(draft, lambda case, options: (0.99, 0.01))
    memory, _ = run(tmp_path, "constitutional-rl", sure, reasoning_tokens=8)
    values = [s.value for g in memory.groups[1, 0, "train"].values() for s in g.signals]
    assert {round(value, 6) for value in values if value is not None} == {0.4, 0.6}
