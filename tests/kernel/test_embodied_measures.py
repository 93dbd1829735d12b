"""The figures of acting recipes, on episodes of known worth."""

from collections.abc import Sequence

import pytest

from experiments.alignment.evaluators.measures.embodied import measure, transfer_drop
from experiments.alignment.evaluators.record import Record
from experiments.alignment.recipes.embodied_policy import embodied_policy
from experiments.alignment.types import Candidate, Group, Message, Metric, Prompt, Signal, Turn

COMPOSITION = embodied_policy.composition(embodied_policy.config())


def episode(
    index: int, seen: Sequence[str], invalid: int = 0, reward: float = 0.0, role: str = "policy"
) -> Candidate:
    """One turn an observation, the first ones without effect; every turn has the reward."""
    turns = tuple(
        Turn(
            role,
            "up",
            data={"observation": place, "reward": reward, **({"valid": False} if n < invalid else {})},
        )
        for n, place in enumerate(seen)
    )
    return Candidate(index, "up\n" * len(turns), len(turns), role, turns=turns)


def group(number: int, *candidates: Candidate, values: Sequence[float] = ()) -> Group:
    signals = tuple(Signal("env_return", "s", (i,), value) for i, value in enumerate(values))
    return Group(Prompt(f"p{number}", (Message("user", "q"),), "probe"), candidates, signals)


def measured(iteration: int, **parts: list[Group]) -> dict[str, Metric]:
    return {m.name: m for m in measure(Record(iteration, COMPOSITION, lambda part, _: parts.get(part, [])))}


def test_returns_are_sums_and_waste_is_a_share_of_the_moves() -> None:
    played = [group(n, episode(0, ["a", "b", "a", "a"], invalid=1, reward=0.25)) for n in range(30)]
    found = measured(0, probe=played)
    assert found["mean_return"].value == pytest.approx(1.0)
    assert found["invalid_action_rate"].value == pytest.approx(0.25)
    assert found["stall_rate"].value == pytest.approx(0.5)
    assert "flat_group_share" not in found


def test_flat_groups_are_counted_over_the_policys_own_episodes() -> None:
    expert = episode(2, ["a"], role="expert")
    pair = (episode(0, ["a"]), episode(1, ["a"]))
    flat = [group(n, *pair, expert, values=(0.5, 0.5, 1.0)) for n in range(15)]
    found = measured(1, train=[*flat, *(group(n, *pair, values=(0.5, 0.9)) for n in range(15, 20))])
    assert found["flat_group_share"].value == pytest.approx(0.75)
    assert found["flat_group_share"].n == 20


def test_answers_that_are_no_episodes_have_no_such_figures() -> None:
    assert measured(0, probe=[group(n, Candidate(0, "42", 1)) for n in range(30)]) == {}


def test_the_drop_is_the_share_of_success_that_is_lost() -> None:
    drop = transfer_drop([1.0] * 60 + [0.0] * 20, [1.0] * 15 + [0.0] * 65)
    assert drop.value == pytest.approx(0.75)
    assert drop.low is not None
    assert drop.high is not None
    assert 0.5 < drop.low < 0.75 < drop.high < 0.95


def test_the_drop_is_undefined_where_there_is_hardly_any_success_to_lose() -> None:
    assert transfer_drop([1.0] * 3 + [0.0] * 77, [0.0] * 80).value is None
    assert transfer_drop([0.0] * 80, [0.0] * 80).value is None
