"""Instructions deepen, failures are eliminated, and what only the evolved ones ask for is learned."""

from pathlib import Path

import pytest

from experiments.alignment.memory import Memory
from tests.kernel.planted import Planted
from tests.kernel.recipes.pupils import Pupils, reasons, schooled
from tests.kernel.runs import go, metric, start

SLUG = "evolve-instruct"


def asks_three(place: int) -> str:
    return f"What is {900 + place} + {place} + 2?"


def longer(task: str) -> str:
    """One more summand, in words enough to be no copy."""
    return f"Please add it all up: {task.removeprefix('Please add it all up: ').rstrip('?')} + 7?"


def evolved(tmp_path: Path, evolves: object = longer, **settings: object) -> tuple[Memory, Pupils]:
    workshop = Pupils(Planted(), tmp_path, evolves=evolves)  # type: ignore[arg-type]
    given = {"breadth": False, "gain": 1.0, **settings}
    return schooled(tmp_path, SLUG, asks_three, workshop, **given), workshop


@pytest.mark.parametrize("generations", [1, 3])
def test_evolution_deepens_with_every_generation(tmp_path: Path, generations: int) -> None:
    memory, workshop = evolved(tmp_path, generations=generations)
    assert metric(memory, 1, "evolution_depth", "train").value == generations
    assert metric(memory, 1, "instructions_kept", "train").value == 1
    summands = sorted({task.count("+") + 1 for task in workshop.shown("policy")})
    assert summands == list(range(3, 3 + generations))


def test_an_author_that_copies_reaches_no_depth_and_the_filter_says_so(tmp_path: Path) -> None:
    memory, workshop = evolved(tmp_path, evolves=lambda task: task)
    assert metric(memory, 1, "evolution_depth", "train").value == 0
    assert metric(memory, 1, "dropped_by_no_information_gained", "train").value == 1
    assert set(reasons(memory)) == {"no information gained: 1.00 like what it was made from"}
    assert workshop.shown("policy") == []


def test_talk_about_the_rewriting_is_eliminated(tmp_path: Path) -> None:
    memory, _ = evolved(tmp_path, evolves=lambda task: f"The rewritten task asks for reasons, unlike {task}")
    assert set(reasons(memory)) == {"copied request: rewritten task"}


def test_what_only_evolved_prompts_ask_for_is_learned_and_the_control_does_not_know_it(
    tmp_path: Path,
) -> None:
    memory, workshop = evolved(tmp_path)
    assert metric(memory, 0, "accuracy", "gold").value == 0
    assert metric(memory, 1, "accuracy", "gold").value == 1
    assert metric(memory, 1, "control_gain", "gold").low > 0.8
    assert len(workshop.shown("control")) == len(workshop.shown("policy")) > 0


def test_every_instruction_names_its_parent_and_operator(tmp_path: Path) -> None:
    memory, _ = evolved(tmp_path, generations=2)
    for group in memory.groups[1, 0, "train"].values():
        said = [s.evidence.data for s in group.signals if s.kind == "instruction" and s.evidence]
        assert [data["parents"] for data in said] == [[group.prompt.text], [group.candidates[0].text]]
        assert {data["operator"] for data in said} <= {"constraint", "deepen", "concretise", "reasoning"}
        assert {data["verdict"] for data in said} == {"passes every filter"}


def test_a_scripted_model_evolves_by_itself(tmp_path: Path) -> None:
    memory = go(start(tmp_path, skill=0.6), tmp_path, SLUG)
    assert metric(memory, 2, "evolution_depth", "train").n == 12
    assert metric(memory, 2, "accuracy", "gold").n == 6
