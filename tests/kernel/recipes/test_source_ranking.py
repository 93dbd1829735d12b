"""Pairs by source teach where the order of the sources is one of quality, and are told where it is not."""

from pathlib import Path

import pytest

from experiments.alignment.memory import Memory
from experiments.alignment.ports import Policy
from experiments.alignment.registry import get_recipe
from experiments.alignment.scripted import Script
from experiments.alignment.scripted_answers import right_answer, wrong_answer
from experiments.alignment.types import Ask, Checkpoint
from tests.kernel.planted import Planted, case_of
from tests.kernel.recipes.contexts import Heedful, HeedfulWorkshop
from tests.kernel.recipes.teachers import SETTINGS, taught
from tests.kernel.runs import go, metric, start

SLUG = "source-ranking"


def ranked(tmp_path: Path, told: float, teacher: float, student: float, **settings: object) -> Memory:
    """A teacher of one skill when it is told well and of another when not, above a student of a third."""

    class Told(HeedfulWorkshop):
        def policy(self, role: str, checkpoint: Checkpoint | None) -> Heedful:
            if role == "teacher":
                return Heedful(Script(skill=teacher), role, {"Good": told})
            found = super().policy(role, checkpoint)
            assert isinstance(found, Heedful)
            return found

    memory = start(tmp_path, 80, 60, skill=student)
    given = SETTINGS | {"better": "Good answers only."} | settings
    return go(memory, tmp_path, SLUG, given, workshop=Told(tmp_path), bound={"teacher": tmp_path})


def test_nobody_judges() -> None:
    made = get_recipe(SLUG)
    assert made.composition(made.config()).roles() == {"policy", "teacher", "reward-model"}


def test_better_sources_give_pairs_in_the_right_order_and_the_student_gains(tmp_path: Path) -> None:
    memory = ranked(tmp_path, 0.95, 0.7, 0.2)
    assert metric(memory, 1, "order_accuracy", "train").low > 0.7
    assert metric(memory, 1, "reward_pair_accuracy").low > 0.7
    assert metric(memory, 1, "operator_gain").low > 0.1
    assert metric(memory, 1, "control_gain", "gold").low > 0.05
    assert metric(memory, 1, "source_auc", "train").value == 1


def test_sources_of_one_quality_give_pairs_at_chance(tmp_path: Path) -> None:
    memory = ranked(tmp_path, 0.5, 0.5, 0.5)
    order = metric(memory, 1, "order_accuracy", "train")
    assert order.low < 0.5 < order.high


def test_a_student_above_its_teacher_turns_the_order_round(tmp_path: Path) -> None:
    memory = ranked(tmp_path, 0.3, 0.3, 0.95)
    assert metric(memory, 1, "order_accuracy", "train").high < 0.5


def test_the_reward_model_of_the_round_before_refuses_wrong_pairs(tmp_path: Path) -> None:
    memory = ranked(tmp_path, 0.5, 0.5, 0.5, iterations=2)
    assert metric(memory, 1, "order_vetoed", "train").value == 0
    assert metric(memory, 2, "order_vetoed", "train").low > 0.1
    kept, every = (metric(memory, 2, f"order_{name}accuracy", "train").value for name in ("kept_", ""))
    assert kept > every + 0.1
    free = ranked(tmp_path / "free", 0.5, 0.5, 0.5, iterations=2, filter=False)
    assert metric(free, 2, "order_vetoed", "train").value == 0


@pytest.mark.parametrize("learner", ["dpo", "best-of-n"])
def test_a_better_teacher_closes_its_lead_by_either_learner(tmp_path: Path, learner: str) -> None:
    memory = taught(tmp_path, SLUG, 0.3, 0.9, learner=learner)
    assert metric(memory, 1, "teacher_gap_closed", "gold").low > 0.05


def test_a_source_that_says_more_shows_in_the_length(tmp_path: Path) -> None:
    class Wordy(HeedfulWorkshop):
        def policy(self, role: str, checkpoint: Checkpoint | None) -> Policy:  # type: ignore[override]
            return Planted(wordy if role == "teacher" else lambda ask: wrong_answer(case_of(ask), 0))

    def wordy(ask: Ask) -> str:
        told = " I added both numbers with care." if ask.messages[0].role == "system" else " I added."
        return f"I was asked for a sum, and it is this one: {right_answer(case_of(ask), 0)}.{told}"

    memory = start(tmp_path, 80, 60)
    go(memory, tmp_path, SLUG, SETTINGS, workshop=Wordy(tmp_path), bound={"teacher": tmp_path})
    assert metric(memory, 1, "length_auc", "train").low > 0.9
