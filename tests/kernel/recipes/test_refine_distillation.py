"""A teacher that mends teaches, one that cannot gains nothing; a corrector stands behind an untouched student."""

from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.alignment.learners import DPO, SFT
from experiments.alignment.memory import Memory
from experiments.alignment.ports import Policy
from experiments.alignment.sample_kinds import Demonstration, Preference
from experiments.alignment.scripted_answers import is_right
from experiments.alignment.types import Ask, Checkpoint
from tests.kernel.planted import Planted, PlantedWorkshop, case_of
from tests.kernel.recipes.critics import SETTINGS, draft, right, wrong
from tests.kernel.recipes.teachers import taught
from tests.kernel.runs import go, metric, start

SLUG = "refine-distillation"


class Mending(PlantedWorkshop):
    """Half of the drafts are right. The teacher sees which and `mends` the others; the corrector knows the answers."""

    mends: Callable[[str], str] = staticmethod(right)

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Policy:
        says = {"teacher": self._teaches, "corrector": lambda ask: right(case_of(ask))}
        return Planted(says.get(role, draft), name=role)

    def _teaches(self, ask: Ask) -> str:
        case = case_of(ask)
        if "Does the answer do exactly" in case:
            said = case.split("\n\nAnswer: ")[1].split("\n\n")[0]
            return "No change needed." if is_right(case, said) else "The sum is wrong."
        return type(self).mends(case)


def mended(
    tmp_path: Path, mends: Callable[[str], str] = right, **settings: object
) -> tuple[Memory, PlantedWorkshop]:
    kind = type("Mending", (Mending,), {"mends": staticmethod(mends)})
    workshop = kind(Planted(), tmp_path)
    memory = start(tmp_path, train=40, held_out=60)
    given = {**SETTINGS, "prompts": 40, **settings}
    return go(memory, tmp_path, SLUG, given, workshop=workshop, bound={"teacher": tmp_path}), workshop


def test_revisions_that_mend_are_preferred_to_their_drafts(tmp_path: Path) -> None:
    memory, workshop = mended(tmp_path)
    assert metric(memory, 0, "fixes").low > 0.2
    assert metric(memory, 0, "breaks").value == 0
    assert metric(memory, 0, "operator_gain").low > 0.2
    spec, pairs = workshop.learned[0]
    assert isinstance(spec, DPO)
    assert 10 < len(pairs) < 35
    for pair in pairs:
        assert isinstance(pair, Preference)
        question = pair.prompt[-1].content
        assert is_right(question, pair.chosen)
        assert not is_right(question, pair.rejected)


def test_drafts_that_are_left_alone_are_dropped_with_that_reason(tmp_path: Path) -> None:
    memory, _ = mended(tmp_path)
    alone = [g for g in memory.groups[1, 0, "train"].values() if len(g.candidates) == 1]
    assert alone
    assert {s.reason for g in alone for s in g.selections} == {"left as it was"}
    assert all(is_right(g.prompt.text, g.candidates[0].text) for g in alone)


def test_a_teacher_that_cannot_mend_gains_nothing(tmp_path: Path) -> None:
    def stubborn(case: str) -> str:
        return wrong(case) + " Really."

    memory, _ = mended(tmp_path, stubborn)
    assert metric(memory, 0, "fixes").value == 0
    assert metric(memory, 0, "operator_gain").value == 0


def test_the_control_prefers_fresh_answers_of_the_teacher(tmp_path: Path) -> None:
    memory, workshop = mended(tmp_path)
    spec, pairs = workshop.learned[1]
    assert (spec.role, spec.kind) == ("control", "dpo")
    groups = memory.groups[1, 1, "train"].values()
    assert {tuple(c.role for c in g.candidates) for g in groups} == {("teacher", "control")}
    assert len(pairs) <= len(groups)
    assert metric(memory, 0, "operator_control_accuracy").value is not None


def test_imitation_learns_the_revisions_alone(tmp_path: Path) -> None:
    _, workshop = mended(tmp_path, learner="sft")
    (first, kept), (second, fresh) = workshop.learned
    assert (first.role, second.role) == ("policy", "control")
    assert isinstance(first, SFT)
    assert all(is_right(sample.prompt[-1].content, sample.answer) for sample in kept)
    assert len(kept) < len(fresh) == 40


def test_a_corrector_learns_to_mend_and_to_copy_and_answers_behind_the_policy(tmp_path: Path) -> None:
    memory, workshop = mended(tmp_path, learner="corrector")
    spec, samples = workshop.learned[0]
    assert spec.role == "corrector"
    assert len(samples) == 40
    for sample in samples:
        assert isinstance(sample, Demonstration)
        assert "Correct this answer" in sample.prompt[-1].content
        assert is_right(sample.prompt[-1].content, sample.answer)
    assert metric(memory, 0, "accuracy", "gold").value == 0
    assert metric(memory, 1, "accuracy", "gold").value == 1
    [answer] = next(iter(memory.groups[1, 0, "gold"].values())).candidates
    assert answer.role == "corrector"
    assert answer.context is not None


@pytest.mark.parametrize("learner", ["dpo", "sft"])
def test_a_better_teacher_closes_its_lead(tmp_path: Path, learner: str) -> None:
    memory = taught(tmp_path, SLUG, 0.1, 0.95, learner=learner)
    assert metric(memory, 1, "teacher_gap_closed", "gold").low > 0.1
