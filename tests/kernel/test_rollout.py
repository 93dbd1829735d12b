"""Episodes as candidates: batched, seeded, written down move by move."""

import math
from dataclasses import replace

import pytest

from experiments.alignment.environments import find_environment
from experiments.alignment.environments.replay import actions_of, replay, shortest
from experiments.alignment.errors import DataError
from experiments.alignment.ports import Proposer, Round
from experiments.alignment.proposers.rollout import RolloutEnv, drawn
from experiments.alignment.proposers.rollout_expert import ExpertWalk
from experiments.alignment.proposers.rollout_random import RandomWalk
from experiments.alignment.signals.env_return import EnvReturn
from experiments.alignment.types import Candidate, Group, Message, Prompt
from tests.kernel.recipes.acting import TablePolicy, starts

STARTS = starts()[:6]


def round_of(policy: TablePolicy | None = None, iteration: int = 1) -> Round:
    player = policy or TablePolicy({})
    return Round(5, iteration, 0, lambda role: player, lambda: None)


def episodes(proposer: Proposer, at: Round | None = None) -> list[Candidate]:
    return [c for group in proposer.propose(at or round_of(), STARTS) for c in group.candidates]


def test_a_candidate_tells_the_episode_that_its_moves_play() -> None:
    for group in RolloutEnv(3).propose(round_of(), STARTS):
        for episode in group.candidates:
            played = replay(
                find_environment("text-grid"), int(group.prompt.text.split()[-1]), actions_of(episode.text)
            )
            assert played.done
            assert [turn.data["reward"] for turn in episode.turns] == list(played.rewards)
            assert [turn.text for turn in episode.turns] == actions_of(episode.text)
            assert episode.n_tokens == len(episode.turns)
            assert episode.turns[-1].data["done"]


def test_a_turn_holds_what_was_seen_the_moves_there_were_and_their_probabilities() -> None:
    turn = episodes(RolloutEnv(1))[0].turns[0]
    assert turn.options == ("up", "down", "left", "right")
    assert turn.probabilities == pytest.approx((0.25,) * 4)
    assert turn.logprob == pytest.approx(math.log(0.25))
    assert turn.prompt[0].role == "system"
    assert str(turn.data["observation"]) in turn.prompt[1].content


def test_the_same_place_plays_the_same_episodes_and_another_round_plays_others() -> None:
    assert episodes(RolloutEnv(4)) == episodes(RolloutEnv(4))
    assert episodes(RolloutEnv(4)) != episodes(RolloutEnv(4), round_of(iteration=2))
    assert len({episode.text for episode in episodes(RolloutEnv(4))}) > 12


def test_an_episode_does_not_depend_on_those_that_are_played_beside_it() -> None:
    alone = RolloutEnv(2).propose(round_of(), STARTS[2:3])
    assert alone == RolloutEnv(2).propose(round_of(), STARTS)[2:3]


def test_all_episodes_are_asked_together_at_most_once_a_step_and_nothing_twice() -> None:
    policy = TablePolicy({})
    made = episodes(RolloutEnv(8), round_of(policy))
    assert len(policy.asked) <= max(len(episode.turns) for episode in made)
    assert policy.asked[0] == len({episode.turns[0].prompt for episode in made}) < len(made)
    assert sum(policy.asked) == len({turn.prompt for episode in made for turn in episode.turns})


def test_temperature_0_takes_the_likeliest_move() -> None:
    greedy = episodes(RolloutEnv(temperature=0))
    assert all(turn.text == "up" for episode in greedy for turn in episode.turns)


def test_draws_follow_the_weights() -> None:
    counts = [0, 0, 0]
    for number in range(1000):
        counts[drawn([1.0, 0.0, 3.0], number / 1000)] += 1
    assert counts == [250, 0, 750]


def test_the_expert_comes_last_and_arrives_by_a_shortest_walk() -> None:
    for group in RolloutEnv(2, expert=True).propose(round_of(), STARTS):
        expert = group.candidates[-1]
        assert (expert.role, expert.index, len(group.candidates)) == ("expert", 2, 3)
        seed = int(group.prompt.text.split()[-1])
        assert tuple(actions_of(expert.text)) == shortest(find_environment("text-grid"), seed)
        assert all(turn.logprob is None and not turn.probabilities for turn in expert.turns)


def test_the_expert_alone_is_shown_in_the_first_round_only() -> None:
    assert [episode.role for episode in episodes(ExpertWalk())] == ["expert"] * 6
    assert episodes(ExpertWalk(), round_of(iteration=2)) == []


def test_another_world_is_played_with_the_same_seeds() -> None:
    for episode in episodes(RolloutEnv(1, world="text-grid-shifted")):
        assert set(actions_of(episode.text)) <= {"north", "south", "west", "east"}


def test_chance_takes_every_move_about_as_often() -> None:
    moves = [turn.text for episode in episodes(RandomWalk(60)) for turn in episode.turns]
    assert all(abs(moves.count(move) / len(moves) - 0.25) < 0.03 for move in ("up", "down", "left", "right"))


@pytest.mark.parametrize("proposer", [RolloutEnv(2), RandomWalk(2), ExpertWalk()])
def test_a_prompt_without_an_environment_is_refused_with_what_to_do(proposer: Proposer) -> None:
    sums = Prompt("sum-1", (Message("user", "What is 2 + 2?"),), "train")
    with pytest.raises(
        DataError, match=r"Prompt sum-1 names no environment to act in\. Choose a data set for that"
    ):
        proposer.propose(round_of(), [sums])


def test_the_return_is_what_the_replay_gives_with_the_episode_as_evidence() -> None:
    groups = RolloutEnv(1, expert=True).propose(round_of(), STARTS)
    for group, (_, expert) in zip(groups, EnvReturn().read(round_of(), groups), strict=True):
        assert expert.value == pytest.approx(1 - 0.02 * len(group.candidates[1].turns))
        assert expert.evidence is not None
        assert expert.evidence.kind == "episode"
        assert expert.evidence.data["reached"] is True
        assert expert.evidence.data["return"] == expert.value
        assert {"environment", "version", "seed"} <= expert.evidence.data.keys()


def test_a_record_that_lies_about_its_rewards_changes_no_return() -> None:
    group = RolloutEnv(1).propose(round_of(), STARTS)[0]
    turns = tuple(
        replace(turn, data={**turn.data, "reward": 100.0, "reached": True})
        for turn in group.candidates[0].turns
    )
    lying = Group(group.prompt, (replace(group.candidates[0], turns=turns),))
    honest, said = (EnvReturn().read(round_of(), [some])[0][0] for some in (group, lying))
    assert said == honest


def test_moves_that_cannot_be_made_leave_a_candidate_unscored_with_the_reason() -> None:
    group = Group(STARTS[0], (Candidate(0, "I am there", 3),))
    signal = EnvReturn().read(round_of(), [group])[0][0]
    assert (signal.value, signal.parsed) == (None, False)
    assert "move 1 is none of up" in signal.error
