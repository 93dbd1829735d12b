"""A judge's probabilities become labels for a reward model, or the reward itself."""

import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from experiments.alignment.learners import DPO, SFT, PolicyGradient, RewardModel
from experiments.alignment.scripted_answers import is_right
from tests.kernel.recipes.critics import draft, question, run
from tests.kernel.recipes.test_constitutional_rl import Rewarding, keeps_rules
from tests.kernel.runs import metric


def grades(case: str, options: tuple[str, ...]) -> Sequence[float]:
    """Right answers mostly get the highest digit, others the lowest."""
    answer = case.rpartition("\nAnswer: ")[2].partition("\n")[0]
    right = is_right(question(case), answer)
    rest = 0.1 / (len(options) - 1)
    return [0.9 if place == (len(options) - 1 if right else 0) else rest for place in range(len(options))]


def test_the_mean_of_both_orders_is_the_label(tmp_path: Path) -> None:
    memory, workshop = run(tmp_path, "ai-feedback-rl", Rewarding(draft, keeps_rules))
    assert [type(spec) for spec, _ in workshop.learned] == [RewardModel, DPO, PolicyGradient]
    pairs = workshop.learned[0][1]
    assert pairs
    assert {round(pair.p_chosen, 6) for pair in pairs} == {0.8}
    assert all(is_right(pair.prompt[-1].content, pair.chosen) for pair in pairs)
    assert metric(memory, 0, "operator_gain").low > 0.2


def test_a_judge_of_places_teaches_nothing(tmp_path: Path) -> None:
    biased = Rewarding(draft, lambda case, options: (0.9, 0.1))
    memory, workshop = run(tmp_path, "ai-feedback-rl", biased)
    assert [type(spec) for spec, _ in workshop.learned] == [PolicyGradient]
    assert metric(memory, 1, "position_preference", "train").low > 0.9


def test_directly_the_expected_grade_is_the_reward(tmp_path: Path) -> None:
    memory, workshop = run(tmp_path, "ai-feedback-rl", Rewarding(draft, grades), direct=True, samples=4)
    assert [type(spec) for spec, _ in workshop.learned] == [PolicyGradient, SFT]
    values = {
        round(s.value, 6)
        for g in memory.groups[1, 0, "train"].values()
        for s in g.signals
        if s.value is not None
    }
    low = 0.1 / 5 * sum(range(1, 6))
    assert sorted(values) == pytest.approx([low, 5 * 0.9 + 0.1 / 5 * sum(range(5))])
    rollouts, kept = (samples for _, samples in workshop.learned)
    assert all(is_right(r.prompt[-1].content, r.answer) for r in rollouts if r.advantage > 0)
    assert all(is_right(d.prompt[-1].content, d.answer) for d in kept)
    assert math.isclose(sum(r.advantage for r in rollouts), 0, abs_tol=1e-6)
    assert metric(memory, 1, "operator_gain").low > 0
