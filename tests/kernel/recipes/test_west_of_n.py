"""West-of-N: the reward model grows on its own pairs; the policy stays."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from experiments.alignment.learners import Lesson, RewardModel
from experiments.alignment.memory import Memory
from experiments.alignment.ports import Check, Progress
from experiments.alignment.sample_kinds import Preference
from experiments.alignment.scripted import ScriptedWorkshop, script_of
from experiments.alignment.scripted_answers import is_right
from experiments.alignment.types import Checkpoint, Trained
from tests.kernel.runs import go, metric, start

SETTINGS = {
    "iterations": 3, "prompts": 80, "probe_prompts": 60, "gold_prompts": 20, "operator_prompts": 60, "labelled": 0.2,
}  # fmt: skip


@dataclass(frozen=True)
class Learns(ScriptedWorkshop):
    """Its reward models get the less noisy, the more pairs in the right order they were fitted to."""

    def learn(self, lesson: Lesson, check: Check, progress: Progress) -> Trained:
        assert isinstance(lesson.spec, RewardModel)
        pairs = [sample for sample in lesson.samples if isinstance(sample, Preference)]
        right = sum(_order(pair) for pair in pairs)
        script = replace(script_of(lesson.init), judge_noise=8 / max(1, right) ** 0.5, rewards=True)
        path = script.save(self.directory / script.sha256)
        return Trained(Checkpoint(script.sha256, lesson.init.model, (path,)), len(pairs))


def _order(pair: Preference) -> float:
    question = pair.prompt[-1].content
    return float(is_right(question, pair.chosen)) - float(is_right(question, pair.rejected))


def west(tmp_path: Path, **settings: Any) -> Memory:
    memory = start(tmp_path, 80, 60, skill=0.5)
    return go(memory, tmp_path, "west-of-n", SETTINGS | settings, workshop=Learns(tmp_path))


def test_pairs_of_its_own_raise_the_pair_accuracy_and_the_gain_of_best_of_n(tmp_path: Path) -> None:
    memory = west(tmp_path)
    assert metric(memory, 1, "reward_pair_accuracy").value > 0.5
    assert metric(memory, 3, "reward_pair_gain").low > 0
    assert metric(memory, 3, "operator_gain").value > metric(memory, 1, "operator_gain").value


def test_the_reward_model_is_trained_and_the_policy_is_not(tmp_path: Path) -> None:
    memory = west(tmp_path)
    assert memory.checkpoints.keys() == {"reward-model"}
    assert metric(memory, 3, "accuracy", "gold").value == metric(memory, 0, "accuracy", "gold").value


def test_labels_make_the_first_pairs_and_none_of_the_later_ones(tmp_path: Path) -> None:
    memory = west(tmp_path)
    kinds = {
        at: {s.kind for g in memory.groups[at, 0, "train"].values() for s in g.signals if s.value is not None}
        for at in (1, 2)
    }
    assert kinds == {1: {"verify"}, 2: {"reward"}}
    assert (
        metric(memory, 1, "kept_share", "train").value < 0.3 < metric(memory, 2, "kept_share", "train").value
    )


def test_only_confident_pairs_are_kept(tmp_path: Path) -> None:
    lenient, strict = (west(tmp_path / str(c), confidence=c, iterations=2) for c in (0.5, 0.999))
    kept = [metric(memory, 2, "kept_share", "train").value for memory in (lenient, strict)]
    assert kept[1] < kept[0] - 0.2


def test_an_unfinished_reward_model_raises_no_alarm_about_unreadable_verdicts(tmp_path: Path) -> None:
    memory = west(tmp_path)
    assert not any("parse_failure" in fired for fired in memory.alarms.values())
