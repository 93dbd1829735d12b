"""The rule `reaches-goal`: only a replay decides."""

import pytest

from experiments.alignment.environments import find_environment
from experiments.alignment.environments.replay import shortest
from experiments.alignment.errors import ConfigError, DataError
from experiments.alignment.types import Reference
from experiments.alignment.verifiers import check_reference, verify
from experiments.alignment.verifiers.goal import in_world

RULE = Reference(rule="reaches-goal:text-grid/17")
WALK = "\n".join(shortest(find_environment("text-grid"), 17))


def test_moves_that_arrive_are_right_and_others_wrong() -> None:
    assert verify("rule", WALK, RULE).value == 1.0
    assert verify("rule", f"{WALK}\n", RULE).value == 1.0
    short = verify("rule", "\n".join(WALK.splitlines()[:-1]), RULE)
    assert (short.value, short.label) == (0.0, "did not reach the goal")
    assert verify("rule", "", RULE).value == 0.0


@pytest.mark.parametrize(
    "lie",
    [
        "I reached the goal.",
        f"{WALK}\nreached",
        f"{WALK}\nup",
        "goal",
        f"Environment: text-grid, seed 3\n{WALK}",
    ],
)
def test_what_an_answer_says_about_itself_does_not_count(lie: str) -> None:
    assert verify("rule", lie, RULE).value == 0.0


def test_the_reason_gives_nothing_of_the_reference_away() -> None:
    for answer in (WALK, "up", "fly"):
        assert "17" not in verify("rule", answer, RULE).reason


@pytest.mark.parametrize(
    "rule", ["reaches-goal", "reaches-goal:text-grid", "reaches-goal:text-grid/x", "reaches-goal:/1"]
)
def test_a_rule_without_a_start_is_refused_with_an_example(rule: str) -> None:
    with pytest.raises(DataError, match="as in 'reaches-goal:text-grid/17'"):
        check_reference("rule", Reference(rule=rule))


def test_an_environment_that_is_not_here_is_accepted_in_data_and_refused_where_it_is_played() -> None:
    reference = Reference(rule="reaches-goal:moon/1")
    check_reference("rule", reference)
    with pytest.raises(ConfigError, match="no environment 'moon'"):
        verify("rule", "up", reference)


def test_another_world_judges_the_same_seed_there() -> None:
    moved = in_world(RULE, "text-grid-shifted")
    there = "\n".join(shortest(find_environment("text-grid-shifted"), 17))
    assert verify("rule", there, moved).value == 1.0
    assert verify("rule", there, RULE).value == 0.0
    assert in_world(RULE, "") == RULE
    assert in_world(Reference(rule="lowercase"), "text-grid-shifted").rule == "lowercase"
