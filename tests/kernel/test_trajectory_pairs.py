"""Pairs of episodes, and the moves that they teach."""

from dataclasses import replace

from experiments.alignment.environments.moves import parting
from experiments.alignment.sample_kinds import Demonstration, Preference
from experiments.alignment.samples import samples
from experiments.alignment.selectors.best_worst import BestWorst
from experiments.alignment.selectors.keep_expert import KeepExpert
from experiments.alignment.selectors.trajectory_pairs import TrajectoryPairs
from experiments.alignment.types import Candidate, Group, Message, Prompt, Signal, Turn

OPTIONS = ("up", "left")


def seen(history: str) -> tuple[Message, ...]:
    return (Message("user", f"so far: {history}"),)


def episode(index: int, moves: str, role: str = "policy") -> Candidate:
    """An episode whose every prompt tells all moves before it."""
    words = moves.split()
    turns = tuple(
        Turn(role, word, seen(" ".join(words[:n])), options=OPTIONS) for n, word in enumerate(words)
    )
    return Candidate(index, "\n".join(words), len(words), role, turns=turns)


def group(*episodes: tuple[str, float | None], expert: str = "") -> Group:
    played = [episode(i, moves) for i, (moves, _) in enumerate(episodes)]
    values = [value for _, value in episodes]
    if expert:
        played, values = [*played, episode(len(played), expert, "expert")], [*values, 1.0]
    signals = tuple(Signal("env_return", "s", (i,), value) for i, value in enumerate(values))
    return Group(Prompt("p", (Message("user", "q"),), "train"), tuple(played), signals)


def fates(made: Group) -> list[tuple[tuple[int, ...], str, str]]:
    return [(s.about, s.fate, s.reason) for s in TrajectoryPairs().pick(made, 0)]


def taught(made: Group) -> list[object]:
    return list(samples(replace(made, selections=TrajectoryPairs().pick(made, 0)), "policy", "preference"))


def test_the_expert_is_preferred_to_each_failure_at_the_move_where_they_part() -> None:
    made = group(("up left left", 0.0), ("left left", 0.0), expert="up up")
    assert taught(made) == [
        Preference(seen("up"), "up", "left"), Preference(seen(""), "up", "left"),
    ]  # fmt: skip


def test_a_better_episode_of_its_own_is_preferred_where_there_is_no_expert() -> None:
    assert taught(group(("up left", 0.2), ("up up", 0.9))) == [Preference(seen("up"), "up", "left")]


def test_ties_are_dropped_and_the_expert_stands_for_its_equals() -> None:
    made = group(("up up", 1.0), ("left up", 1.0), expert="up up")
    assert fates(made) == [
        ((0,), "dropped", "tie"),
        ((1,), "dropped", "tie"), ((2,), "dropped", "nothing did worse"),
    ]  # fmt: skip


def test_failures_that_part_alike_teach_once_and_unscored_episodes_nothing() -> None:
    made = group(("left left", 0.0), ("left up", 0.0), ("up left", None), expert="up up")
    assert len(taught(made)) == 1
    assert fates(made)[2:] == [((1,), "dropped", "parts like another one"), ((2,), "dropped", "unscored")]


def test_a_group_without_scores_teaches_nothing() -> None:
    assert taught(group(("up", None), ("left", None))) == []


def test_the_best_is_the_policys_own() -> None:
    assert TrajectoryPairs().best(group(("left", 0.0), ("up left", 0.5), expert="up up")) == 1
    assert TrajectoryPairs().best(group(("left", None), expert="up up")) is None


def test_episodes_part_only_after_one_and_the_same_prompt() -> None:
    assert parting(episode(0, "up left"), episode(1, "up left left")) is None
    other = replace(
        episode(1, "left"), turns=(Turn("policy", "left", (Message("user", "?"),), options=OPTIONS),)
    )
    assert parting(episode(0, "up"), other) is None
    assert parting(Candidate(0, "an answer", 2), Candidate(1, "another", 1)) is None


def test_answers_that_are_no_episodes_are_preferred_as_a_whole() -> None:
    candidates = (Candidate(0, "good", 1), Candidate(1, "bad", 1))
    signals = (Signal("env_return", "s", (0,), 1.0), Signal("env_return", "s", (1,), 0.0))
    made = Group(Prompt("p", (Message("user", "q"),), "train"), candidates, signals)
    picked = replace(made, selections=BestWorst("env_return").pick(made, 0))
    assert samples(picked, "policy", "preference") == [Preference(made.prompt.messages, "good", "bad")]


def test_an_expert_whose_episode_could_be_replayed_is_shown_move_by_move() -> None:
    made = group(("left", 0.0), expert="up left")
    picked = KeepExpert().pick(made, 0)
    assert [(s.fate, s.reason) for s in picked] == [
        ("dropped", "not the expert's"),
        ("kept", "the expert's walk"),
    ]
    assert samples(replace(made, selections=picked), "policy", "demonstration") == [
        Demonstration(seen(""), "up"), Demonstration(seen("up"), "left"),
    ]  # fmt: skip
    unscored = replace(made, signals=(made.signals[0], replace(made.signals[1], value=None)))
    assert KeepExpert().pick(unscored, 0)[1].reason == "unscored"
