"""Opinion groups, what they share, and the consultation that makes a constitution of it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from experiments.alignment.contexts import read_statements
from experiments.alignment.diagnostics.opinions import opinion_groups, shared_statements
from experiments.alignment.memory import Memory, remember, run_in_memory
from experiments.alignment.registry import get_recipe
from experiments.alignment.scripted import Script, ScriptedWorkshop
from experiments.alignment.types import Checkpoint, Group, Message, Prompt, Reference

CAMPS = [[1, 1, -1, 1]] * 5 + [[-1, -1, 1, 1]] * 3
"""Five and three people who disagree about three statements and share the last one."""


def test_two_camps_are_told_apart_and_the_larger_one_comes_first() -> None:
    assert opinion_groups(CAMPS) == [0] * 5 + [1] * 3


def test_votes_that_were_not_cast_do_not_hide_the_camps() -> None:
    holed = [
        [None if (row + column) % 4 == 0 else vote for column, vote in enumerate(votes)]
        for row, votes in enumerate(CAMPS)
    ]
    assert opinion_groups(holed) == [0] * 5 + [1] * 3


@pytest.mark.parametrize("votes", [[[1, 1], [1, 1], [-1, 1]], [[1, 0, -1]] * 6, []])
def test_too_few_voters_or_one_opinion_are_one_group(votes: list[list[int | None]]) -> None:
    assert opinion_groups(votes) == [0] * len(votes)


def test_a_majority_cannot_outvote_a_group() -> None:
    liked, _, _, common = shared_statements(CAMPS, opinion_groups(CAMPS))
    assert liked.votes_for == 5
    assert liked.agreement == (6 / 7, 1 / 5)
    assert liked.consensus == pytest.approx((6 / 7 * 1 / 5) ** 0.5)
    assert common.consensus == pytest.approx((6 / 7 * 4 / 5) ** 0.5)


def test_passes_count_as_seen_and_votes_not_cast_do_not() -> None:
    [shared] = shared_statements([[1], [0], [None], [-1]], [0, 0, 0, 0])
    assert shared.agreement == (2 / 5,)
    assert (shared.votes_for, shared.votes_against, shared.passed) == (1, 1, 1)


def consult(tmp_path: Path, train: Prompt, **settings: Any) -> Memory:
    """One round on scripted people; the held-out prompts are two things somebody says."""
    held = [replace(train, id=split, split=split, reference=None) for split in ("probe", "gold")]
    base = Script().save(tmp_path / "base")
    memory = remember([train, *held], 0, Checkpoint("base", base))
    recipe = get_recipe("collective-constitution")
    config = recipe.configure(settings)
    return run_in_memory(recipe.composition(config), config, memory, ScriptedWorkshop(tmp_path), "none")


def question(**reference: Any) -> Prompt:
    return Prompt("q", (Message("user", "How long should an answer be?"),), "train", Reference(**reference))


def asked(memory: Memory) -> Group:
    return memory.groups[1, 0, "train"][0]


def test_votes_of_people_become_the_rules_that_every_group_shares(tmp_path: Path) -> None:
    statements = ("Answers are short.", "Answers are witty.", "Answers are long.", "Answers are true.")
    votes = {f"person {number}": tuple(cast) for number, cast in enumerate(CAMPS)}
    memory = consult(tmp_path, question(statements=statements, votes=votes), floor=0.6, rules=2)
    group = asked(memory)
    [made] = memory.checkpoints["constitution"]
    assert read_statements(made[2].checkpoint) == ("Answers are true.",)
    assert sum(signal.kind == "human_vote" for signal in group.signals) == 32
    assert not any(signal.source.startswith("simulated") for signal in group.signals)
    [opinions] = [signal.evidence.data for signal in group.signals if signal.evidence]
    assert (opinions["people"], opinions["simulated"], len(opinions["groups"])) == (8, False, 2)
    assert {s.reason for s in group.selections if s.fate == "dropped"} == {"below the floor"}


def test_simulated_people_are_marked_as_such_everywhere(tmp_path: Path) -> None:
    group = asked(consult(tmp_path, question(), people=6))
    assert {candidate.role for candidate in group.candidates} == {"simulated"}
    sources = {signal.source for signal in group.signals if signal.kind == "human_vote"}
    assert len(sources) == 6
    assert all(source.startswith("simulated: ") for source in sources)
    [opinions] = [signal.evidence.data for signal in group.signals if signal.evidence]
    assert opinions["simulated"] is True


def test_held_out_answers_are_given_under_the_rules_once_there_are_some(tmp_path: Path) -> None:
    votes = {f"person {number}": (1,) for number in range(5)}
    memory = consult(tmp_path, question(statements=("Be brief.",), votes=votes))
    before, after = memory.groups[0, 0, "probe"][0], memory.groups[1, 0, "probe"][0]
    assert before.candidates[0].context is None
    assert after.candidates[0].context is not None
    assert "- Be brief." in after.candidates[0].context[0].content


def test_answers_that_are_measured_are_not_voted_on(tmp_path: Path) -> None:
    memory = consult(tmp_path, question(), people=4)
    assert memory.groups[1, 0, "probe"][0].signals == ()
    assert asked(memory).signals
