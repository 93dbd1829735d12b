"""Environments: fixed by their seed, found by their name, and the judges of what was done in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.alignment import environments
from experiments.alignment.environments import Environment, environment_names, find_environment, register
from experiments.alignment.environments.places import Start, start_of
from experiments.alignment.environments.replay import ReplayError, actions_of, replay, shortest
from experiments.alignment.errors import ConfigError, DataError
from experiments.alignment.types import Message

GRIDS = ("text-grid", "text-grid-coordinates", "text-grid-shifted")
STARTS = 4 * 4 * 15


@dataclass(frozen=True)
class Elsewhere:
    """The text grid under another name, as a package outside would bring one."""

    name: str
    version: str = "1"
    task: str = "Walk."

    def start(self, seed: int) -> environments.Episode:
        return find_environment("text-grid").start(seed)


@pytest.fixture
def known() -> Iterator[dict[str, Environment]]:
    before = dict(environments._environments)
    yield environments._environments
    environments._environments.clear()
    environments._environments.update(before)


def walked(name: str, seed: int, choices: list[int]) -> list[object]:
    """All that can be seen of an episode."""
    episode, seen = find_environment(name).start(seed), []
    for choice in choices:
        if episode.done:
            break
        action = episode.actions[choice]
        seen.append((episode.observation, action, episode.step(action), episode.done, episode.reached))
    return [*seen, episode.observation]


@given(st.sampled_from(GRIDS), st.integers(0, 10**6), st.lists(st.integers(0, 3), max_size=12))
def test_an_episode_plays_alike_from_its_seed(name: str, seed: int, choices: list[int]) -> None:
    assert walked(name, seed, choices) == walked(name, seed, choices)


@given(st.sampled_from(GRIDS), st.integers(0, 10**6), st.lists(st.integers(0, 3), max_size=40))
def test_an_episode_ends_within_its_limit_and_never_goes_on(name: str, seed: int, choices: list[int]) -> None:
    played = [choice % 4 for choice in choices]
    assert len(walked(name, seed, played)) - 1 <= {"text-grid-shifted": 10}.get(name, 8)


def test_every_start_of_the_grid_is_another_one_and_none_begins_at_its_goal() -> None:
    episodes = [find_environment("text-grid-coordinates").start(seed) for seed in range(STARTS)]
    assert len({episode.observation for episode in episodes}) == STARTS
    assert not any(episode.reached or episode.done for episode in episodes)


def test_a_step_against_the_edge_changes_nothing_and_says_so() -> None:
    episode = find_environment("text-grid-coordinates").start(17)
    moves = [episode.step("left") for _ in range(4)]
    assert not moves[-1].valid
    assert moves[-1].reward < -0.02
    assert "column 1." in episode.observation


@pytest.mark.parametrize("name", GRIDS)
def test_the_expert_arrives_and_no_walk_is_shorter_than_the_distance(name: str) -> None:
    for seed in range(0, 200, 7):
        walk = shortest(find_environment(name), seed)
        played = replay(find_environment(name), seed, walk)
        assert played.reached
        assert played.total == pytest.approx(1 - 0.02 * len(walk))
        assert not replay(find_environment(name), seed, walk[:-1]).reached


def test_the_relative_view_tells_how_far_the_goal_is() -> None:
    for seed in range(40):
        seen = find_environment("text-grid").start(seed).observation
        far = sum(int(word) for word in seen.split() if word.isdigit())
        assert far == len(shortest(find_environment("text-grid"), seed))


def test_the_moves_of_an_environment_begin_with_different_letters() -> None:
    for name in GRIDS:
        actions = find_environment(name).start(0).actions
        assert len({action[0] for action in actions}) == len(actions)


def test_the_shifted_world_shares_no_word_for_a_move_and_no_goal_with_the_own_one() -> None:
    own, other = find_environment("text-grid"), find_environment("text-grid-shifted")
    assert not set(own.start(0).actions) & set(other.start(0).actions)
    assert "goal" in own.start(0).observation
    assert "goal" not in other.start(0).observation


@pytest.mark.parametrize(
    ("moves", "says"),
    [(["fly"], "move 1 is none of up, down, left, right"), (["up"] * 9, "move 9 comes after the end")],
)
def test_moves_that_cannot_be_made_again_are_refused_by_number(moves: list[str], says: str) -> None:
    with pytest.raises(ReplayError, match=says):
        replay(find_environment("text-grid"), 3, moves)


def test_an_unknown_environment_names_the_known_ones() -> None:
    with pytest.raises(
        ConfigError, match=r"no environment 'moon' here; there are .*text-grid, text-grid-coord"
    ):
        find_environment("moon")


def test_an_environment_of_a_package_is_found_by_its_entry_point(
    known: dict[str, Environment], monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = EntryPoint("elsewhere", f"{__name__}:bring", "plumbline.environments")
    monkeypatch.setattr(environments, "entry_points", lambda group: [entry] if group == entry.group else [])
    environments._discover.cache_clear()
    assert "elsewhere" in environment_names()
    environments._discover.cache_clear()


def __getattr__(name: str) -> object:
    """What importing the package's module would do."""
    if name != "bring":
        raise AttributeError(name)
    register(Elsewhere("elsewhere"))
    return Elsewhere


def test_two_environments_of_one_name_are_refused(known: dict[str, Environment]) -> None:
    register(Elsewhere("twice"))
    with pytest.raises(ConfigError, match="Two environments are called twice"):
        register(Elsewhere("twice", version="2"))


def test_a_prompt_names_its_start_in_a_line() -> None:
    asked = (Message("user", f"Reach the goal.\n{Start('text-grid', 17).line}\nGood luck."),)
    assert start_of("p", asked) == Start("text-grid", 17)
    with pytest.raises(DataError, match="Prompt p names no environment"):
        start_of("p", (Message("user", "What is 2 + 2?"),))


def test_the_moves_of_an_answer_stand_one_a_line() -> None:
    assert actions_of(" up \n\n left\n") == ["up", "left"]
