"""Group-normalised advantages."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.alignment.sample_kinds import Rollout
from experiments.alignment.samples import samples
from experiments.alignment.selectors.group_norm import GroupNorm, advantages
from experiments.alignment.types import Candidate, Group, Message, Prompt, Signal

NUMBER = st.floats(-1000, 1000)


def group(*values: float | None) -> Group:
    candidates = tuple(Candidate(i, f"answer {i}", 2) for i in range(len(values)))
    signals = tuple(
        Signal("env_return", "s", (i,), v, error="" if v is not None else "?") for i, v in enumerate(values)
    )
    return Group(Prompt("p", (Message("user", "q"),), "train"), candidates, signals)


def test_an_advantage_is_the_distance_from_the_mean_in_standard_deviations() -> None:
    picked = GroupNorm("env_return").pick(group(1, 0, 0, 1), 0)
    assert [s.weight for s in picked] == [1.0, -1.0, -1.0, 1.0]
    assert {s.fate for s in picked} == {"kept"}


def test_returns_that_differ_by_rounding_alone_are_equal() -> None:
    assert advantages({0: 0.1 + 0.2, 1: 0.3}) == {0: 0.0, 1: 0.0}


@given(st.floats(-10, 10), st.integers(2, 9))
def test_equal_returns_give_no_advantage_whatever_rounding_does(value: float, n: int) -> None:
    picked = GroupNorm("env_return").pick(group(*[value] * n), 0)
    assert [(s.fate, s.weight, s.reason) for s in picked] == [("kept", 0.0, "all did alike")] * n


@given(st.lists(NUMBER, min_size=2, max_size=12))
def test_advantages_have_mean_0_and_keep_the_order(values: list[float]) -> None:
    gained = advantages(dict(enumerate(values)))
    assert sum(gained.values()) == pytest.approx(0, abs=1e-6)
    ranked = sorted(range(len(values)), key=lambda i: values[i])
    assert all(gained[a] <= gained[b] for a, b in pairwise(ranked))


def test_fewer_than_two_scores_are_dropped_with_the_reason_and_unscored_ones_always() -> None:
    picked = GroupNorm("env_return").pick(group(1, None), 0)
    assert [(s.fate, s.reason) for s in picked] == [
        ("dropped", "nothing to compare with"),
        ("dropped", "unscored"),
    ]
    assert GroupNorm("env_return").pick(group(1, None, 0), 0)[1].fate == "dropped"


def test_kept_answers_become_rollouts_with_their_advantage() -> None:
    made = group(1, 0, None)
    picked = Group(made.prompt, made.candidates, made.signals, GroupNorm("env_return").pick(made, 0))
    assert samples(picked, "policy", "rollout") == [
        Rollout(made.prompt.messages, "answer 0", 1.0), Rollout(made.prompt.messages, "answer 1", -1.0),
    ]  # fmt: skip


def test_the_best_is_the_first_of_the_highest() -> None:
    assert GroupNorm("env_return").best(group(0, 2, 2)) == 1
    assert GroupNorm("env_return").best(group(None, None)) is None
