"""Whose cost something is: the loop's, or that of measuring it."""

import pytest

from experiments.alignment.composition import Composition
from experiments.alignment.registry import get_recipe
from experiments.alignment.spending import Spent, labels_serve, purpose_of, reads_labels, yardsticks
from experiments.alignment.steps import Step


def composed(slug: str, **settings: object) -> Composition:
    recipe = get_recipe(slug)
    return recipe.composition(recipe.configure(settings))


@pytest.mark.parametrize(
    ("slug", "aside"),
    [
        ("rest-em", set()),
        ("self-rewarding", {"control"}),
        ("weak-to-strong", {"naive", "ceiling"}),
        ("constitutional-rl", {"control"}),
        ("trajectory-preference", {"imitation"}),
    ],
)
def test_only_what_arms_alone_play_is_a_yardstick(slug: str, aside: set[str]) -> None:
    assert yardsticks(composed(slug)) == aside


def test_a_trained_supervisor_is_the_loop_s_and_so_are_its_labels() -> None:
    composition = composed("weak-to-strong", weak="bag-of-words")
    assert "bag-of-words" not in yardsticks(composition)
    assert [labels_serve(phase, composition) for phase in composition.phases] == ["loop", "measurement"]


@pytest.mark.parametrize(
    ("slug", "reads", "purpose"),
    [
        ("rest-em", True, "loop"),
        ("adversarial-taboo", True, "loop"),
        ("collective-constitution", True, "loop"),
        ("weak-to-strong", True, "measurement"),
        ("self-consistency", False, "measurement"),
    ],
)
def test_labels_are_the_loop_s_where_it_decides_by_them(slug: str, reads: bool, purpose: str) -> None:
    composition = composed(slug)
    phase = composition.phases[0]
    assert (reads_labels(phase), labels_serve(phase, composition)) == (reads, purpose)


def test_evaluating_is_measuring_and_everything_else_is_the_loop() -> None:
    assert purpose_of(Step(1, 0, "evaluate")) == "measurement"
    assert {purpose_of(Step(1, 0, stage)) for stage in ("propose", "signal", "select", "learn")} == {"loop"}


def test_amounts_add_up_and_nothing_is_false() -> None:
    assert Spent(1, 2, 3, 0.5, 4, 5, 0.25) + Spent(tokens_generated=9, money=1.0) == Spent(
        10, 2, 3, 0.5, 4, 5, 1.25
    )
    assert not Spent()
    assert Spent(device_seconds=0.1)
