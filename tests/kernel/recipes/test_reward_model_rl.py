"""Pairs make a reward model, and the policy learns from its rewards alone, with the way from its start recorded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from experiments.alignment.learners import DPO, Lesson, PolicyGradient, RewardModel
from experiments.alignment.ports import Check, Progress
from experiments.alignment.scripted_answers import is_right
from experiments.alignment.types import Ask, Capability, Trained
from tests.kernel.planted import PlantedWorkshop
from tests.kernel.recipes.critics import SETTINGS, draft, right, run, wrong
from tests.kernel.recipes.test_constitutional_rl import Rewarding
from tests.kernel.runs import go, metric, start


@dataclass
class Scoring(Rewarding):
    """It also gives log-probabilities, which are the answer's length."""

    capabilities: frozenset[Capability] = frozenset({"generate", "next_token", "reward", "score"})

    def score(self, prompt: Sequence[Ask], continuations: Sequence[str], check: Check) -> list[float]:
        return [-float(len(text)) for text in continuations]


def test_right_is_preferred_to_wrong_and_the_policy_follows_the_rewards(tmp_path: Path) -> None:
    memory, workshop = run(tmp_path, "reward-model-rl", Scoring(draft))
    assert [type(spec) for spec, _ in workshop.learned] == [RewardModel, DPO, PolicyGradient]
    pairs, direct, rollouts = (samples for _, samples in workshop.learned)
    assert pairs == direct
    assert all(is_right(p.prompt[-1].content, p.chosen) for p in pairs)
    assert not any(is_right(p.prompt[-1].content, p.rejected) for p in pairs)
    assert any(rollout.advantage > 0 for rollout in rollouts)
    assert all(
        is_right(rollout.prompt[-1].content, rollout.answer) for rollout in rollouts if rollout.advantage > 0
    )
    assert metric(memory, 1, "reward_pair_accuracy").value == 1


def test_the_divergence_is_from_the_model_before_training_in_every_round(tmp_path: Path) -> None:
    lessons: list[Lesson] = []

    class Noting(PlantedWorkshop):
        def learn(self, lesson: Lesson, check: Check, progress: Progress) -> Trained:
            lessons.append(lesson)
            return super().learn(lesson, check, progress)

    settings: dict[str, Any] = {**SETTINGS, "iterations": 2}
    memory = start(tmp_path, train=40, held_out=40)
    go(memory, tmp_path, "reward-model-rl", settings, workshop=Noting(Scoring(draft), tmp_path))
    first, second = (one for one in lessons if isinstance(one.spec, PolicyGradient))
    assert first.reference == second.reference == first.init
    assert second.init != first.init
    direct = [one for one in lessons if isinstance(one.spec, DPO)]
    assert all(one.reference == one.init for one in direct)


def test_every_sample_has_its_reward_and_the_log_ratio_to_the_start(tmp_path: Path) -> None:
    memory, _ = run(tmp_path, "reward-model-rl", Scoring(draft))
    evidence = [
        s.evidence.data for g in memory.groups[1, 1, "train"].values() for s in g.signals if s.evidence
    ]
    assert {frozenset(data) for data in evidence} == {
        frozenset({"reward", "model", "kl", "reference_logprob"})
    }
    assert all(data["kl"] == 0 and data["reference_logprob"] < 0 for data in evidence)
    assert metric(memory, 1, "kl_to_start").value == 0


def test_models_without_log_probabilities_have_no_divergence(tmp_path: Path) -> None:
    memory, _ = run(tmp_path, "reward-model-rl", Rewarding(draft))
    assert "kl_to_start" not in {m.name for m in memory.metrics[1]}
    assert metric(memory, 1, "reward_gain").value == pytest.approx(0, abs=0.5)


def test_best_of_n_of_the_untrained_model_is_the_control_at_equal_samples(tmp_path: Path) -> None:
    memory, _ = run(tmp_path, "reward-model-rl", Rewarding(draft))
    searched = memory.groups[1, 0, "operator_control"].values()
    assert {c.role for group in searched for c in group.candidates} == {"base"}
    assert {len(group.candidates) for group in searched} == {8}
    assert metric(memory, 1, "sample_against_best_of_n").high < 0


def test_pairs_of_the_data_set_are_taken_as_they_are_and_a_fifth_is_held_back(tmp_path: Path) -> None:
    memory = start(tmp_path, train=100, held_out=60)
    for key, prompt in memory.prompts["train"].items():
        assert prompt.reference is not None
        pair = replace(prompt.reference, chosen=wrong(prompt.text), rejected=right(prompt.text))
        memory.prompts["train"][key] = replace(prompt, reference=pair)
    settings: dict[str, Any] = {**SETTINGS, "pairs": "data", "prompts": 100}
    workshop = PlantedWorkshop(Rewarding(draft), tmp_path)
    go(memory, tmp_path, "reward-model-rl", settings, workshop=workshop)
    spec, pairs = workshop.learned[0]
    assert isinstance(spec, RewardModel)
    assert all(is_right(p.prompt[-1].content, p.rejected) for p in pairs)
    accuracy = metric(memory, 1, "recorded_pair_accuracy", "train")
    assert (accuracy.value, accuracy.n + len(pairs)) == (0.0, 100)
    assert 10 <= accuracy.n < 35
