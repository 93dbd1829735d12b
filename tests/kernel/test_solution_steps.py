"""Where solutions fall into steps, and the samples that learners of single verdicts get of a group."""

from dataclasses import replace

import pytest

from experiments.alignment.sample_kinds import Steps, Unpaired
from experiments.alignment.samples import samples
from experiments.alignment.solution_steps import solution_steps
from experiments.alignment.types import Candidate, Group, Message, Selection
from tests.kernel.planted import group


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("3 + 4 = 7\n7 - 2 = 5", ("3 + 4 = 7\n", "7 - 2 = 5")),
        ("First 7. Then 5.", ("First 7. ", "Then 5.")),
        ("\n\none\n\n\ntwo\n", ("\n\none\n\n\n", "two\n")),
        ("3.5 apples", ("3.5 apples",)),
        ("", ("",)),
        ("\n \n", ("\n \n",)),
    ],
)
def test_a_solution_falls_into_lines_and_sentences(text: str, steps: tuple[str, ...]) -> None:
    assert solution_steps(text) == steps
    assert "".join(solution_steps(text)) == text


def kept(index: int, weight: float, role: str = "verifier") -> Selection:
    return Selection((index,), "kept", "", weight=weight, role=role)


def solved(*completions: tuple[int, float]) -> Group:
    """A wrong solution of three steps with completions of weight, each begun after so many steps."""
    solution = Candidate(0, "a\nb\nc", 3)
    made = [Candidate(i, "", 1, parent=0, turn=turn) for i, (turn, _) in enumerate(completions, start=1)]
    weights = [0.0, *(weight for _, weight in completions)]
    selections = tuple(kept(index, weight) for index, weight in enumerate(weights))
    return replace(group("x"), candidates=(solution, *made), selections=selections)


def test_a_step_is_as_good_as_its_completions_are_on_average_and_the_last_as_the_solution() -> None:
    one = solved((1, 1.0), (1, 1.0), (2, 1.0), (2, 0.0))
    assert samples(one, "verifier", "steps") == [
        Steps(one.prompt.messages, ("a\n", "b\n", "c"), (1.0, 0.5, 0.0))
    ]


def test_a_step_that_was_not_completed_has_no_label() -> None:
    [sample] = samples(solved((2, 1.0)), "verifier", "steps")
    assert isinstance(sample, Steps)
    assert sample.labels == (None, 1.0, 0.0)


def test_a_solution_without_completions_is_one_step() -> None:
    [sample] = samples(solved(), "verifier", "steps")
    assert isinstance(sample, Steps)
    assert (sample.steps, sample.labels) == (("a\nb\nc",), (0.0,))


def test_chosen_and_rejected_answers_outside_pairs_are_good_and_bad() -> None:
    said = (
        Selection((0,), "chosen", ""),
        Selection((1,), "rejected", "", weight=2.0),
        Selection((2,), "chosen", "", pair=0),
        Selection((3,), "dropped", ""),
        Selection((3,), "chosen", "", role="other"),
    )
    one = replace(group("a", "b", "c", "d"), selections=said)
    asked = one.prompt.messages
    assert samples(one, "policy", "unpaired") == [
        Unpaired(asked, "a", True),
        Unpaired(asked, "b", False, 2.0),
    ]


def test_an_answer_is_taught_under_its_own_training_prompt() -> None:
    own = (Message("user", "another question"),)
    one = group("a")
    told = replace(
        one, candidates=(replace(one.candidates[0], train_context=own),), selections=(kept(0, 1.0),)
    )
    assert samples(told, "verifier", "steps") == [Steps(own, ("a",), (1.0,))]
