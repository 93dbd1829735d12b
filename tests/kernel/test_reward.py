"""Reward models as a signal, and pairs that come from labels first and from rewards later."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from experiments.alignment.evaluators.measures.preference_model import pair_accuracy
from experiments.alignment.ports import Check, Round
from experiments.alignment.selectors.labels_then_reward import LabelsThenReward
from experiments.alignment.signals.reward import NO_MODEL_YET, Reward
from experiments.alignment.signals.seed_labels import SeedLabels
from experiments.alignment.types import Ask, Candidate, Capability, Group, Signal
from tests.kernel.runs import sums


@dataclass(frozen=True)
class Longer:
    """A reward model that likes long answers."""

    capabilities: frozenset[Capability] = frozenset({"reward"})
    name: str = "longer"

    def reward(self, asks: Sequence[Ask], answers: Sequence[str], check: Check) -> list[float]:
        assert asks[0].messages[-1].content == "What is 100 + 0?"
        return [float(len(answer)) for answer in answers]


def at(policy: Longer, iteration: int = 1) -> Round:
    return Round(7, iteration, 0, lambda role: policy, lambda: None, "number")  # type: ignore[arg-type]


def group(*texts: str, **values: Sequence[float | None]) -> Group:
    """One group of answers to 100 + 0 with scores by kind."""
    signals = tuple(
        Signal(kind, "s", (i,), v) for kind, several in values.items() for i, v in enumerate(several)
    )
    return Group(sums("train", 1)[0], tuple(Candidate(i, t, 1) for i, t in enumerate(texts)), signals)


def test_a_reward_is_read_for_each_candidate_with_the_model_that_gave_it() -> None:
    [[short, long]] = Reward().read(at(Longer()), [group("7", "seven")])
    assert (short.value, long.value, long.about) == (1.0, 5.0, (1,))
    assert long.evidence is not None
    assert long.evidence.data == {"reward": 5.0, "model": "longer"}


def test_before_a_reward_model_is_trained_nothing_is_scored() -> None:
    [[signal]] = Reward().read(at(replace(Longer(), capabilities=frozenset())), [group("7")])
    assert (signal.value, signal.parsed, signal.error) == (None, False, NO_MODEL_YET)


def test_labels_are_read_for_a_share_of_the_first_round_and_never_again() -> None:
    groups = [Group(prompt, (Candidate(0, "100", 1),)) for prompt in sums("train", 200)]
    read = SeedLabels(0.3).read(at(Longer()), groups)
    assert 40 < sum(bool(signals) for signals in read) < 80
    assert SeedLabels(0.3).read(at(Longer()), groups) == read
    assert not any(SeedLabels(1.0).read(at(Longer(), iteration=2), groups))


def test_a_labelled_prompt_pairs_right_with_wrong_whatever_the_reward() -> None:
    picked = LabelsThenReward().pick(group("a", "b", verify=[0.0, 1.0], reward=[9.0, 1.0]), 0)
    assert [s.fate for s in picked] == ["rejected", "chosen"]


def test_without_labels_best_meets_worst_where_the_model_is_confident() -> None:
    unsure = group("a", "b", "c", reward=[0.0, 0.3, 0.1])
    assert [s.fate for s in LabelsThenReward(0.5).pick(unsure, 0)] == ["rejected", "chosen", "dropped"]
    assert {s.reason for s in LabelsThenReward(0.9).pick(unsure, 0)} == {"below margin"}
    assert LabelsThenReward(0.9).best(unsure) == 1


def test_pair_accuracy_counts_pairs_of_right_and_wrong_alone() -> None:
    assert pair_accuracy(group("a", "b", "c", gold=[1, 0, 0], reward=[2, 1, 3])) == pytest.approx(0.5)
    assert pair_accuracy(group("a", "b", gold=[1, 0], reward=[2, 2])) == 0.5
    assert pair_accuracy(group("a", "b", gold=[1, 1], reward=[2, 1])) is None
    assert pair_accuracy(group("a", "b", gold=[1, 0], reward=[2, None])) is None
