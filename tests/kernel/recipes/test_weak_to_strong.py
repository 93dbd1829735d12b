"""Weak-to-strong with planted students: what is learned from, what is measured, and when PGR has no value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from experiments.alignment.errors import ConfigError
from experiments.alignment.learners import ConfidenceCE, Lesson
from experiments.alignment.memory import Memory, remember, run_in_memory
from experiments.alignment.ports import Check, Progress
from experiments.alignment.registry import get_recipe
from experiments.alignment.sample_kinds import Label
from experiments.alignment.scripted import Script, ScriptedWorkshop
from experiments.alignment.selectors.own_part import in_own_part
from experiments.alignment.types import Checkpoint, Message, Prompt, Reference, Split, Trained
from tests.kernel.planted import Planted
from tests.kernel.runs import metric

LABELS = ("negative", "positive")
SIZES: dict[Split, int] = {"train": 60, "probe": 200, "gold": 200}
SETTINGS = {"prompts": 60, "probe_prompts": 200, "gold_prompts": 200, "chunk_prompts": 50}
STUDENTS = {"lexicon": 30, "weak": 30, "bag-of-words": 30, "naive": 20, "policy": 10, "ceiling": 5}
"""Of a hundred prompts, how many a role gets wrong: the first ones, so that the student copies the weak one's."""


def truth(number: int) -> str:
    return LABELS[number % 2]


@dataclass
class Classroom:
    """Roles with planted errors; it keeps what each was taught."""

    directory: Path
    wrong: Mapping[str, int]
    taught: dict[str, list[Label]] = field(default_factory=dict)
    specs: dict[str, ConfidenceCE] = field(default_factory=dict)

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Planted:
        def weighs(text: str, options: tuple[str, ...]) -> list[float]:
            number = int(text.split()[-1])
            right = truth(number) if number % 100 >= self.wrong[role] else LABELS[1 - number % 2]
            return [0.8 if option == right else 0.2 for option in options]

        return Planted(weighs=weighs, name=role)

    def statements(self, checkpoint: Checkpoint) -> tuple[str, ...]:
        return ()

    def learn(self, lesson: Lesson, check: Check, progress: Progress) -> Trained:
        assert isinstance(lesson.spec, ConfidenceCE)
        self.specs[lesson.spec.role] = lesson.spec
        self.taught[lesson.spec.role] = [one for one in lesson.samples if isinstance(one, Label)]
        return ScriptedWorkshop(self.directory).learn(lesson, check, progress)


def prompts() -> list[Prompt]:
    return [
        Prompt(f"{split}-{n}", (Message("user", f"sentence {n}"),), split, Reference(answer=truth(n)))
        for split, size in SIZES.items()
        for n in range(size)
    ]


def ran(folder: Path, wrong: Mapping[str, int] = STUDENTS, **settings: Any) -> tuple[Memory, Classroom]:
    recipe = get_recipe("weak-to-strong")
    config = recipe.configure(SETTINGS | settings)
    memory = remember(prompts(), 0, Checkpoint("base", Script().save(folder / "base")))
    room = Classroom(folder, wrong)
    return run_in_memory(recipe.composition(config), config, memory, room, "label"), room


def test_the_students_share_of_the_gap_is_measured_on_probe_and_gold(tmp_path: Path) -> None:
    memory, _ = ran(tmp_path)
    for split in ("probe", "gold"):
        assert metric(memory, 0, "weak_accuracy", split).value == pytest.approx(0.70)
        assert metric(memory, 1, "ceiling_accuracy", split).value == pytest.approx(0.95)
        assert metric(memory, 1, "pgr", split).value == pytest.approx(0.20 / 0.25)
        assert metric(memory, 1, "naive_pgr", split).value == pytest.approx(0.10 / 0.25)
        assert metric(memory, 1, "confidence_gain", split).value == pytest.approx(0.10)
        assert metric(memory, 1, "errors_imitated", split).value == pytest.approx(1 / 3)
        assert metric(memory, 1, "naive_errors_imitated", split).value == pytest.approx(2 / 3)


def test_students_learn_soft_weak_labels_and_the_ceiling_true_ones(tmp_path: Path) -> None:
    _, room = ran(tmp_path)
    assert {role: len(labels) for role, labels in room.taught.items()} == dict.fromkeys(
        ("policy", "naive", "ceiling"), 60
    )
    assert room.taught["policy"] == room.taught["naive"]
    assert [max(label.target) for label in room.taught["policy"]] == pytest.approx([0.8] * 60)
    for label in room.taught["ceiling"]:
        number = int(label.prompt[-1].content.split()[-1])
        assert label.target[LABELS.index(truth(number))] == 1.0
    assert [room.specs[role].alpha for role in ("policy", "naive", "ceiling")] == [0.5, 0.0, 0.0]
    assert {spec.init_from for spec in room.specs.values()} == {"base"}


def test_a_supervisor_as_good_as_the_ceiling_makes_pgr_undefined_and_an_alarm_says_why(
    tmp_path: Path,
) -> None:
    memory, _ = ran(tmp_path, STUDENTS | {"lexicon": 4})
    assert metric(memory, 1, "pgr", "gold").value is None
    alarm = memory.alarms[1]["pgr_undefined"]
    assert "not ahead of the weak supervisor by more than three standard errors" in alarm.message
    assert alarm.observed == pytest.approx(-0.01)


def test_a_student_below_its_supervisor_is_the_boundary_and_one_too_good_is_suspect(tmp_path: Path) -> None:
    worse, _ = ran(tmp_path / "worse", STUDENTS | {"policy": 45})
    assert "pgr_boundary" in worse.alarms[1]
    better, _ = ran(tmp_path / "better", STUDENTS | {"policy": 2})
    assert "pgr_too_good" in better.alarms[1]
    usual, _ = ran(tmp_path / "usual")
    assert not {name for name in usual.alarms.get(1, {}) if name.startswith("pgr")}


def test_a_bag_of_words_labels_only_what_it_was_not_taught(tmp_path: Path) -> None:
    memory, room = ran(tmp_path, weak="bag-of-words", weak_share=0.3)
    own = {f"sentence {n}" for n in range(60) if in_own_part(f"train-{n}", 0.3)}
    seen = {role: {label.prompt[-1].content for label in labels} for role, labels in room.taught.items()}
    assert 5 < len(own) < 35
    assert seen["bag-of-words"] == own
    assert seen["policy"] == seen["naive"] == seen["ceiling"]
    assert not seen["policy"] & own
    assert metric(memory, 1, "weak_accuracy", "gold").value == pytest.approx(0.70)
    assert metric(memory, 1, "pgr", "gold").value == pytest.approx(0.8)


def test_a_bound_model_supervises_where_it_is_asked_to(tmp_path: Path) -> None:
    recipe = get_recipe("weak-to-strong")
    composition = recipe.composition(recipe.configure({"weak": "model"}))
    assert "weak" in composition.roles()
    assert "weak" not in recipe.composition(recipe.configure({})).roles()


@pytest.mark.parametrize("labels", [["one"], ["same", "same"], ["", "x"]])
def test_labels_that_are_no_choice_are_refused(labels: list[str]) -> None:
    with pytest.raises(ConfigError) as refused:
        get_recipe("weak-to-strong").configure({"labels": labels})
    assert refused.value.field == "labels"


def test_without_a_bound_model_the_policy_before_training_supervises_every_round(tmp_path: Path) -> None:
    memory, _ = ran(tmp_path, {**STUDENTS, "base": 40}, weak="model", iterations=2)
    labels = [
        signal.source
        for iteration in (1, 2)
        for group in memory.groups[iteration, 0, "train"].values()
        for signal in group.signals
        if signal.kind == "weak_label"
    ]
    assert labels
    assert set(labels) == {"base"}
