"""tool-refine: a programmer that reads its error gains by it, one that does not loses to fresh samples."""

from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.alignment.errors import ConfigError
from experiments.alignment.memory import Memory, run_in_memory
from experiments.alignment.registry import get_recipe
from experiments.alignment.types import Ask
from tests.kernel.planted import Planted, PlantedWorkshop, case_of
from tests.kernel.runs import metric
from tests.worker.recipes_on_code import BROKEN, SMALL, WRONG, go, number_of, right, special, start

pytestmark = pytest.mark.slow


def reads_its_error(ask: Ask) -> str:
    """Broken at first, whatever the seed; right once the error is shown."""
    told = case_of(ask)
    if "name 'amount' is not defined (line 2: return x + amount)" in told:
        return f"```python\n{right(number_of(ask.messages[0].content))}\n```"
    return BROKEN


def ignores_it(ask: Ask) -> str:
    """Repeats what it is shown; a fresh try is right one time in four."""
    if len(ask.messages) > 1:
        return ask.messages[-2].content
    return WRONG if ask.seed % 4 else right(number_of(case_of(ask)))


def writes_for_the_tests(ask: Ask) -> str:
    return special(number_of(ask.messages[0].content))


def never_ends(ask: Ask) -> str:
    return "def plus(x):\n    while True: pass"


def ran(says: Callable[[Ask], str], folder: Path, **settings: object) -> Memory:
    return go(start(folder), "tool-refine", PlantedWorkshop(Planted(says), folder), **settings)


def test_a_model_that_reads_its_error_is_repaired_and_beats_fresh_samples(tmp_path: Path) -> None:
    memory = ran(reads_its_error, tmp_path, iterations=0, retries=2)
    assert metric(memory, 0, "pass_after_1").value == 0.0
    assert metric(memory, 0, "pass_after_2").value == 1.0
    assert metric(memory, 0, "fresh_after_3").value == 0.0
    assert metric(memory, 0, "repair_rate").value == 1.0
    assert metric(memory, 0, "attempts_used").value == 2.0
    assert metric(memory, 0, "operator_against_control").low > 0.5
    assert metric(memory, 0, "operator_visible_gap").value == 0.0


def test_a_model_that_ignores_it_loses_to_fresh_samples(tmp_path: Path) -> None:
    memory = ran(ignores_it, tmp_path, iterations=0)
    after = [metric(memory, 0, f"pass_after_{n}").value for n in range(1, 5)]
    fresh = [metric(memory, 0, f"fresh_after_{n}").value for n in range(1, 5)]
    assert len(set(after)) == 1
    assert fresh[0] == after[0] < fresh[3]
    assert metric(memory, 0, "repair_rate").value == 0.0
    assert metric(memory, 0, "operator_against_control").high < 0


def test_special_cases_for_the_visible_tests_show_as_a_gap(tmp_path: Path) -> None:
    memory = ran(writes_for_the_tests, tmp_path, iterations=0)
    assert metric(memory, 0, "operator_visible_gap").value == 1.0
    assert metric(memory, 0, "operator_accuracy").value == 0.0
    assert metric(memory, 0, "attempts_used").value == 1.0


def test_killed_programs_are_counted(tmp_path: Path) -> None:
    memory = ran(never_ends, tmp_path, retries=1, prompts=1, operator_prompts=0)
    groups = list(memory.groups[1, 0, "train"].values())
    assert [s.evidence.data["killed"] for s in groups[0].signals] == ["cpu", "cpu"]


def test_a_trace_has_every_attempt_with_its_parent_and_what_the_sandbox_said(tmp_path: Path) -> None:
    memory = ran(reads_its_error, tmp_path, operator_prompts=0)
    group = memory.groups[1, 0, "train"][0]
    draft, repair = group.candidates
    assert (draft.parent, draft.turn, repair.parent, repair.turn) == (None, 0, 0, 1)
    assert [message.role for message in repair.context] == ["user", "assistant", "user"]
    first, second = (signal.evidence.data for signal in group.signals)
    assert (first["attempt"], first["exit_code"], second["attempt"], second["exit_code"]) == (1, 1, 2, 0)
    assert [test["passed"] for test in first["tests"]] == [False, False]
    assert [test["passed"] for test in second["tests"]] == [True, True]
    assert {s.fate for s in group.selections if s.about == (1,)} == {"kept"}


def test_the_loop_never_sees_a_hidden_test(tmp_path: Path) -> None:
    planted = Planted(reads_its_error)
    memory = go(start(tmp_path), "tool-refine", PlantedWorkshop(planted, tmp_path), iterations=0)
    told = " ".join(message.content for ask in planted.asked for message in ask.messages)
    assert "plus(10)" not in told
    assert "plus(-5)" not in told
    tool = [s for g in memory.groups[0, 0, "operator"].values() for s in g.signals if s.kind == "tool"]
    assert tool
    assert not [test for s in tool for test in s.evidence.data["tests"] if test["hidden"]]


def test_without_a_sandbox_programs_are_refused(tmp_path: Path) -> None:
    recipe = get_recipe("tool-refine")
    config = recipe.configure(SMALL)
    workshop = PlantedWorkshop(Planted(reads_its_error), tmp_path)
    with pytest.raises(ConfigError, match="no sandbox to run them in"):
        run_in_memory(recipe.composition(config), config, start(tmp_path), workshop, "python-tests")
