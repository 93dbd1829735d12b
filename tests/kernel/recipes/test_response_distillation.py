"""A better teacher closes its lead, an equal one leaves nothing to close; style alone is told from substance."""

from pathlib import Path

import pytest

from experiments.alignment.learners import SFT
from experiments.alignment.ports import Policy
from experiments.alignment.scripted_answers import right_answer, wrong_answer
from experiments.alignment.types import Ask, Checkpoint
from tests.kernel.planted import Planted, PlantedWorkshop, case_of
from tests.kernel.recipes.teachers import SETTINGS, taught
from tests.kernel.runs import go, metric, start

SLUG = "response-distillation"
PLAIN = {"keep": "all", "samples": 1, "per_prompt": 1}


def test_a_better_teacher_closes_its_lead_and_is_worth_more_than_own_answers(tmp_path: Path) -> None:
    memory = taught(tmp_path, SLUG, 0.1, 0.95, samples=2)
    assert metric(memory, 0, "teacher_accuracy", "gold").value > 0.85
    assert metric(memory, 1, "teacher_gap", "gold").low > 0.6
    assert metric(memory, 1, "teacher_gap_closed", "gold").low > 0.2
    assert metric(memory, 1, "control_gain", "gold").low > 0.1
    more, less = (metric(memory, 1, f"{who}_gap_closed", "gold").value for who in ("teacher", "control"))
    assert less < more / 2


def test_an_equal_teacher_leaves_the_share_undefined(tmp_path: Path) -> None:
    memory = taught(tmp_path, SLUG, 0.5, 0.5)
    assert metric(memory, 1, "teacher_gap_closed", "gold").value is None
    assert metric(memory, 1, "teacher_gap", "gold").value == pytest.approx(0, abs=0.15)


def test_the_control_learns_from_its_own_checkpoints_answers_as_many_and_filtered_alike(
    tmp_path: Path,
) -> None:
    memory = taught(tmp_path, SLUG, 0.3, 0.9, iterations=2)
    authors = [
        {c.role for g in memory.groups[2, phase, "train"].values() for c in g.candidates} for phase in (0, 1)
    ]
    assert authors == [{"teacher"}, {"control"}]
    asked = [[g.prompt.id for g in memory.groups[2, phase, "train"].values()] for phase in (0, 1)]
    assert asked[0] == asked[1]
    assert {role: len(made) for role, made in memory.checkpoints.items()} == {"policy": 2, "control": 2}


@pytest.mark.parametrize(("keep", "source"), [("all", None), ("checked", "verify"), ("agreed", "vote")])
def test_each_filter_reads_what_it_says(tmp_path: Path, keep: str, source: str | None) -> None:
    memory = taught(tmp_path, SLUG, 0.3, 0.6, keep=keep, prompts=40)
    groups = memory.groups[1, 0, "train"].values()
    assert {s.kind for g in groups for s in g.signals} == ({source} if source else set())
    kept = [g.candidates[s.about[0]].text for g in groups for s in g.selections if s.fate == "kept"]
    right = [g.candidates[s.about[0]].text for g in groups for s in g.selections
             if s.fate == "kept" and g.candidates[s.about[0]].text == right_answer(g.prompt.text, 0)]  # fmt: skip
    assert (len(right) == len(kept)) == (keep == "checked")


class Imitating(PlantedWorkshop):
    """The teacher opens with a flourish and is right; a student that was taught opens alike and stays wrong."""

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Policy:
        taught = any(isinstance(spec, SFT) for spec, _ in self.learned)
        if role == "teacher":
            return Planted(lambda ask: f"Let me see: {right_answer(case_of(ask), 0)}")
        return Planted(lambda ask: f"Let me see: {_off(ask)}" if taught else _off(ask))


def _off(ask: Ask) -> str:
    return wrong_answer(case_of(ask), 0).removeprefix("The answer is ")


def test_style_without_substance_is_told(tmp_path: Path) -> None:
    workshop = Imitating(Planted(), tmp_path)
    memory = start(tmp_path, 80, 60)
    go(memory, tmp_path, SLUG, SETTINGS | PLAIN, workshop=workshop, bound={"teacher": tmp_path})
    assert metric(memory, 0, "teacher_opening_share").value == 0
    assert metric(memory, 1, "teacher_opening_share").value == 1
    assert metric(memory, 0, "teacher_length_ratio").value == pytest.approx(0.25)
    assert metric(memory, 1, "teacher_length_ratio").value == 1
    assert metric(memory, 1, "teacher_gap_closed", "gold").value == 0


class Copying(PlantedWorkshop):
    """The teacher is wrong about every third sum, and so is a student that was taught; before, every second is."""

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Policy:
        step = 3 if role == "teacher" or self.learned else 2
        return Planted(lambda ask: _every(step, case_of(ask)))


def _every(step: int, question: str) -> str:
    number = int(question.split()[2])
    return wrong_answer(question, 0) if number % step == 0 else right_answer(question, 0)


def test_errors_that_are_copied_show_as_shared(tmp_path: Path) -> None:
    memory = start(tmp_path, 80, 60)
    settings = SETTINGS | PLAIN
    go(memory, tmp_path, SLUG, settings, workshop=Copying(Planted(), tmp_path), bound={"teacher": tmp_path})
    assert metric(memory, 0, "teacher_error_correlation", "gold").value == pytest.approx(0, abs=0.1)
    assert metric(memory, 1, "teacher_error_correlation", "gold").value == pytest.approx(1)
