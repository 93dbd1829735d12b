"""Going on in a good direction improves, going too far breaks, and the distance is chosen without looking at gold."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from experiments.alignment.learners import DPO, SFT, Extrapolate, Lesson
from experiments.alignment.memory import Memory
from experiments.alignment.ports import Check, Progress
from experiments.alignment.scripted_answers import right_answer, wrong_answer
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import Ask, Checkpoint, Trained
from tests.kernel.planted import Planted, case_of
from tests.kernel.runs import go, metric, start

SETTINGS: dict[str, Any] = {"iterations": 1, "prompts": 40, "probe_prompts": 100, "gold_prompts": 100}


def place(checkpoint: Checkpoint) -> float:
    """How far a checkpoint is from the base."""
    return float(checkpoint.sha256) if checkpoint.sha256 != "base" else 0.0


@dataclass(frozen=True)
class Line:
    """Weights on a line: training goes 1 from where it starts, and `peak` is the best place there is."""

    peak: float
    learned: list[Lesson] = field(default_factory=list)

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Planted:
        assert checkpoint is not None
        skill = max(0.0, 0.9 - 0.4 * abs(place(checkpoint) - self.peak))

        def says(ask: Ask) -> str:
            able = seed_at("able", case_of(ask), ask.seed) / 2**63 < skill
            return (right_answer if able else wrong_answer)(case_of(ask), 0)

        return Planted(says)

    def statements(self, checkpoint: Checkpoint) -> tuple[str, ...]:
        return ()

    def learn(self, lesson: Lesson, check: Check, progress: Progress) -> Trained:
        self.learned.append(lesson)
        at, before = place(lesson.init), place(lesson.reference)
        far = lesson.spec.alpha * (at - before) if isinstance(lesson.spec, Extrapolate) else 1.0
        return Trained(Checkpoint(str(at + far)), 1)


def run(tmp_path: Path, peak: float, **settings: Any) -> tuple[Memory, Line]:
    workshop = Line(peak)
    memory = start(tmp_path, train=40, held_out=100)
    return go(memory, tmp_path, "extrapolation", {**SETTINGS, **settings}, workshop=workshop), workshop


def test_a_good_direction_is_worth_going_on_in_and_too_far_breaks(tmp_path: Path) -> None:
    memory, _ = run(tmp_path, peak=1.5)
    assert metric(memory, 1, "extrapolation_alpha").value == 0.5
    assert metric(memory, 1, "extrapolation_gain", "gold").low > 0
    gains = [metric(memory, 1, f"further_{f}_gain", "gold").value for f in (1, 2, 4, 8)]
    assert gains[0] < gains[1] > gains[2] > gains[3]
    assert metric(memory, 1, "further_8_gain", "gold").high < 0


def test_where_training_went_far_enough_every_distance_loses(tmp_path: Path) -> None:
    memory, _ = run(tmp_path, peak=1.0)
    assert metric(memory, 1, "extrapolation_gain", "gold").high < 0
    assert metric(memory, 1, "extrapolation_alpha").value == 0.25


def test_each_distance_goes_on_from_the_trained_weights_away_from_the_base(tmp_path: Path) -> None:
    memory, workshop = run(tmp_path, peak=1.5)
    assert [type(lesson.spec) for lesson in workshop.learned] == [DPO, *[Extrapolate] * 4]
    assert {(place(one.init), place(one.reference)) for one in workshop.learned[1:]} == {(1.0, 0.0)}
    assert all(not one.samples for one in workshop.learned[1:])
    made = {role: [place(t.checkpoint) for _, _, t in kept] for role, kept in memory.checkpoints.items()}
    assert made == {
        "policy": [1.0],
        "further_1": [1.25],
        "further_2": [1.5],
        "further_4": [2.0],
        "further_8": [3.0],
    }


def test_the_next_round_trains_without_what_was_extrapolated(tmp_path: Path) -> None:
    memory, _ = run(tmp_path, peak=1.5, iterations=2)
    assert [place(t.checkpoint) for _, _, t in memory.checkpoints["policy"]] == [1.0, 1.0]


def test_right_answers_can_give_the_direction(tmp_path: Path) -> None:
    _, workshop = run(tmp_path, peak=1.5, train="right")
    assert isinstance(workshop.learned[0].spec, SFT)


def test_scripted_models_go_on_too(tmp_path: Path) -> None:
    memory = go(start(tmp_path, 40, 100, skill=0.3), tmp_path, "extrapolation", SETTINGS)
    assert metric(memory, 1, "extrapolation_gain", "gold").value >= 0
    assert metric(memory, 1, "further_8_accuracy", "gold").value > metric(memory, 0, "accuracy", "gold").value


def test_before_training_nothing_is_extrapolated(tmp_path: Path) -> None:
    memory, _ = run(tmp_path, peak=1.5)
    assert not [m for m in memory.metrics[0] if "further" in m.name or "extrapolation" in m.name]
    with pytest.raises(StopIteration):
        metric(memory, 0, "extrapolation_gain", "gold")
