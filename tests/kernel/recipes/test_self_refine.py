"""Feedback that knows is worth something, feedback that flatters is not, and nothing is trained."""

from pathlib import Path

from experiments.alignment.scripted_answers import is_right
from experiments.alignment.types import Ask
from tests.kernel.planted import Planted, case_of
from tests.kernel.recipes.critics import draft, question, right, run
from tests.kernel.runs import metric


def refiner(knows: bool) -> Planted:
    """Feedback that stops at right answers and leads to them, or that is always content."""

    def says(ask: Ask) -> str:
        case = case_of(ask)
        if "Grade this answer" in case:
            return "Score: 3"
        if "Write the new answer alone" in case:
            return right(case)
        if "Does the answer do" not in case:
            return draft(ask)
        answer = case.split("Answer: ")[1].split("\n\n")[0]
        return "No change needed." if not knows or is_right(question(case), answer) else "Add again."

    return Planted(says)


def test_feedback_that_knows_fixes_and_does_better_than_equal_samples(tmp_path: Path) -> None:
    memory, workshop = run(tmp_path, "self-refine", refiner(knows=True))
    assert metric(memory, 0, "fixes").low > 0.2
    assert metric(memory, 0, "breaks").value == 0
    assert metric(memory, 0, "operator_against_control").low > 0.2
    assert workshop.learned == []
    assert memory.checkpoints == {}


def test_feedback_that_flatters_changes_nothing(tmp_path: Path) -> None:
    memory, _ = run(tmp_path, "self-refine", refiner(knows=False))
    groups = memory.groups[0, 0, "operator"].values()
    assert all(len(group.candidates) == 1 for group in groups)
    assert {signal.label for group in groups for signal in group.signals if signal.kind == "critique"} == {
        "stop"
    }
    assert metric(memory, 0, "operator_gain").value == 0
    assert metric(memory, 0, "refine_delta").value == 0
    assert metric(memory, 0, "revision_unchanged").value == 1


def test_the_control_draws_as_many_answers_as_refining_does_at_most(tmp_path: Path) -> None:
    memory, _ = run(tmp_path, "self-refine", refiner(knows=True), rounds=3)
    assert {len(group.candidates) for group in memory.groups[0, 0, "operator_control"].values()} == {4}
    assert max(len(group.candidates) for group in memory.groups[0, 0, "operator"].values()) <= 4
