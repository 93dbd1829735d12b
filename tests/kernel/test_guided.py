"""Steered answers: who steers whom, and what a scripted model makes of it."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from experiments.alignment.errors import ConfigError
from experiments.alignment.ports import Round
from experiments.alignment.proposers.guided import Guided
from experiments.alignment.scripted import Script, ScriptedPolicy
from experiments.alignment.scripted_answers import is_right
from experiments.alignment.types import Ask, Capability, Completion
from tests.kernel.planted import Planted
from tests.kernel.runs import sums


@dataclass
class Steered(Planted):
    """It remembers how it was steered."""

    steered: list[Any] = field(default_factory=list)
    capabilities: frozenset[Capability] = frozenset({"generate", "guide", "reward"})

    def generate_guided(
        self, asks: list[Ask], guide: Any, top_k: int, weight: float, check: Any
    ) -> list[Completion]:
        self.steered.append((guide, top_k, weight, [ask.temperature for ask in asks]))
        return [Completion(f"steered {ask.seed % 7}", 2) for ask in asks]


def at(policy: Any, guide: Any) -> Round:
    return Round(7, 1, 0, lambda role: guide if role == "reward-model" else policy, lambda: None, "number")


def test_the_steered_answer_stands_behind_the_plain_drafts() -> None:
    policy, guide = Steered(), Steered(name="rm")
    groups = Guided(0.9, 12, top_k=5, weight=2.0, drafts=2).propose(at(policy, guide), sums("train", 2))
    assert [[c.role for c in g.candidates] for g in groups] == [["policy", "policy", "guided"]] * 2
    assert [c.index for c in groups[0].candidates] == [0, 1, 2]
    assert policy.steered == [(guide, 5, 2.0, [0.9, 0.9])]
    assert not guide.steered


def test_nothing_is_steered_without_a_reward_or_a_model_that_can_be() -> None:
    able = Steered()
    with pytest.raises(ConfigError, match="gives no rewards to steer by: take a reward model"):
        Guided().propose(at(able, replace(able, capabilities=frozenset({"generate"}))), sums("train", 1))
    with pytest.raises(ConfigError, match="cannot be steered word by word"):
        Guided().propose(at(Planted(), able), sums("train", 1))


def test_a_scripted_model_is_steered_toward_rewarded_answers_and_not_at_weight_0() -> None:
    policy = ScriptedPolicy(Script(skill=0.3))
    guide = ScriptedPolicy(Script(rewards=True, judge_noise=0.1))
    asks = [Ask(prompt.messages, 12, 1.0, seed=n) for n, prompt in enumerate(sums("train", 60))]

    def right(weight: float) -> list[bool]:
        answers = policy.generate_guided(asks, guide, 6, weight, lambda: None)
        return [is_right(a.messages[-1].content, b.text) for a, b in zip(asks, answers, strict=True)]

    assert sum(right(1.0)) > sum(right(0.0)) + 15
    assert policy.generate_guided(asks, guide, 6, 0.0, lambda: None) == policy.generate(asks, lambda: None)
