"""Solutions and their completions, the labels that follow, and what a verifier of steps says."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from experiments.alignment.diagnostics.equations import equations_hold
from experiments.alignment.ports import Check
from experiments.alignment.prompts.step_by_step import EXAMPLES, step_by_step
from experiments.alignment.proposers.complete_steps import CompleteSteps
from experiments.alignment.selectors.step_labels import NO_COMPLETIONS, WHOLE, StepLabels
from experiments.alignment.signals.verifier_score import NO_VERIFIER_YET, Over, VerifierScore
from experiments.alignment.signals.verify_steps import VerifySteps
from experiments.alignment.types import Ask, Candidate, Capability, Group, Message, Signal
from tests.kernel.planted import Planted, at, group
from tests.kernel.recipes.verifiers import long_sums, solve

[PROMPT] = long_sums("train", 1, terms=3)
"""3 + 4 + 5."""


def proposed(**settings: Any) -> tuple[Group, Planted]:
    planted, few = Planted(solve), CompleteSteps(n=3, labelled=2, completions=2)
    [made] = replace(few, **settings).propose(at(planted), [PROMPT])
    return made, planted


def test_solutions_come_first_and_completions_name_theirs_and_the_steps_that_they_keep() -> None:
    made, _ = proposed()
    assert [(c.role, c.parent, c.turn) for c in made.candidates] == [
        *[("policy", None, 0)] * 3,
        *[("completer", 0, 1)] * 2,
        *[("completer", 1, 1)] * 2,
    ]
    assert [c.index for c in made.candidates] == list(range(7))
    for c in made.candidates[3:]:
        assert c.parent is not None
        assert c.text.startswith(made.candidates[c.parent].text.split("\n")[0] + "\n")
        assert c.context is not None
        assert c.context[-1] == Message("assistant", made.candidates[c.parent].text.split("\n")[0] + "\n")


def test_every_completion_has_a_draw_of_its_own() -> None:
    _, planted = proposed(completions=3)
    assert len({ask.seed for ask in planted.asked}) == len(planted.asked) == 3 + 2 * 3


def test_at_most_so_many_steps_are_completed() -> None:
    made, _ = proposed(most_steps=1, completions=1)
    assert {c.turn for c in made.candidates} == {0, 1}
    assert len(made.candidates) == 3 + 2


def test_a_prompt_without_a_reference_gets_solutions_alone() -> None:
    held_out = replace(PROMPT, reference=None)
    [made] = CompleteSteps(3).propose(at(Planted(solve)), [held_out])
    assert {c.parent for c in made.candidates} == {None}


def test_worked_examples_are_shown_and_not_trained_on() -> None:
    made, planted = proposed()
    assert planted.asked[0].messages[1].content == EXAMPLES[0][0]
    assert made.prompt == PROMPT
    plain, _ = proposed(shown=False)
    assert {c.context for c in plain.candidates[:3]} == {None}


def test_the_prompts_own_system_message_gives_way_to_the_instruction() -> None:
    asked = step_by_step((Message("system", "Only the number."), Message("user", "What is 1 + 2?")))
    assert [message.role for message in asked] == ["system", *["user", "assistant"] * len(EXAMPLES), "user"]
    assert not any("Only the number." in message.content for message in asked)
    assert all(equations_hold(answer) for _, answer in EXAMPLES)


def test_a_begun_sentence_ends_without_a_space() -> None:
    planted = Planted(
        lambda ask: " Then 12." if ask.messages[-1].role == "assistant" else "First 7. Then 13."
    )
    [made] = CompleteSteps(1, 1, 1).propose(at(planted), [PROMPT])
    assert planted.asked[-1].messages[-1].content == "First 7."
    assert made.candidates[1].text == "First 7. Then 12."


def labelled(**verdicts: float | None) -> Group:
    """Two solutions of two steps, the first completed twice, with verdicts by letter: a, b and the completions."""
    two = [Candidate(0, "one\ntwo", 2), Candidate(1, "eins\nzwei", 2)]
    done = [Candidate(i, "one\nzwo", 2, "completer", parent=0, turn=1) for i in (2, 3)]
    signals = tuple(Signal("verify", "number", (i,), v) for i, v in enumerate(verdicts.values()))
    return replace(group("x"), candidates=(*two, *done), signals=signals)


def weights(labels: str, one: Group) -> list[float | str]:
    picked = StepLabels(labels).pick(one, 0)  # type: ignore[arg-type]
    return [s.weight if s.fate == "kept" else s.reason for s in picked]


def test_labels_are_shares_or_whether_any_is_right_or_verdicts_on_the_whole() -> None:
    one = labelled(a=0.0, b=1.0, c=1.0, d=0.0)
    assert weights("soft", one) == [0.0, NO_COMPLETIONS, 1.0, 0.0]
    assert weights("hard", one) == [0.0, NO_COMPLETIONS, 1.0, 1.0]
    assert weights("outcome", one) == [0.0, 1.0, WHOLE, WHOLE]


def test_what_was_not_verified_is_no_label() -> None:
    assert weights("soft", labelled(a=0.0, b=1.0, c=None, d=0.0)) == [0.0, NO_COMPLETIONS, "unscored", 0.0]
    assert weights("soft", labelled(a=None, b=1.0, c=1.0, d=0.0)) == [
        "unscored", NO_COMPLETIONS, "unscored", "unscored",
    ]  # fmt: skip


def test_a_solution_of_one_step_needs_no_completions() -> None:
    one = replace(group("12", " "), signals=tuple(Signal("verify", "n", (i,), 1.0 - i) for i in (0, 1)))
    assert weights("soft", one) == [1.0, "empty"]


def test_the_answer_is_the_solution_that_the_verifier_ranks_highest() -> None:
    one = replace(
        labelled(), signals=tuple(Signal("verifier", "v", (i,), v) for i, v in ((0, 0.2), (1, 0.7)))
    )
    assert StepLabels().best(one) == 1
    assert StepLabels().best(labelled()) is None


def test_the_evidence_of_a_solution_counts_its_right_completions() -> None:
    made, planted = proposed()
    [signals] = VerifySteps().read(at(planted), [made])
    evidence = [signal.evidence for signal in signals]
    assert [e is not None for e in evidence] == [True, True, False, False, False, False, False]
    assert evidence[0] is not None
    first, last = evidence[0].data["steps"]
    assert (first["n"], first["right"]) == (2, 2 * first["label"])
    assert last == {"text": made.candidates[0].text.split("\n")[1], "label": signals[0].value}


@dataclass
class Sure(Planted):
    """0.9 after the first step and 0.5 after each further one."""

    capabilities: frozenset[Capability] = frozenset({"reward", "steps"})

    def step_rewards(
        self, asks: Sequence[Ask], answers: Sequence[str], check: Check
    ) -> list[tuple[float, ...]]:
        return [(0.9, *[0.5] * answer.count("\n")) for answer in answers]


@pytest.mark.parametrize(("over", "value"), [("min", 0.5), ("prod", 0.225), ("last", 0.5)])
def test_steps_become_one_score(over: Over, value: float) -> None:
    [[whole, long]] = VerifierScore(over=over).read(at(Sure()), [group("yes", "a\nb\nc")])
    assert (whole.value, whole.label) == (0.9, "right")
    assert (long.value, long.label) == (pytest.approx(value), "wrong")
    assert long.evidence is not None
    assert [step["score"] for step in long.evidence.data["steps"]] == [0.9, 0.5, 0.5]
    assert "".join(step["text"] for step in long.evidence.data["steps"]) == "a\nb\nc"


def test_a_verifier_of_outcomes_reads_the_answer_as_one_step() -> None:
    whole = Planted(capabilities=frozenset({"reward"}))
    [[signal]] = VerifierScore().read(at(whole), [group("a\nb")])
    assert signal.evidence is not None
    assert signal.evidence.data == {"steps": [{"text": "a\nb", "score": 0.0}]}


def test_completions_are_not_scored_and_without_a_verifier_nothing_is() -> None:
    [signals] = VerifierScore().read(at(Sure()), [labelled()])
    assert [signal.about for signal in signals] == [(0,), (1,)]
    [unscored] = VerifierScore().read(at(Planted()), [labelled()])
    assert [(s.value, s.parsed, s.error) for s in unscored] == [(None, False, NO_VERIFIER_YET)] * 2


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("3 + 4 = 7\n7 - 2 = 5", True),
        ("3 + 4 = 8\n8 - 2 = 6", False),
        ("3 - 20 = -17.", True),
        ("3+4=75", False),
        ("3 + 4 is 7", None),
        ("1 + 1 = 2.5", None),
        ("3 * 4 + 2 = 14", None),
        ("10 / 2 + 3 = 8", None),
        ("2^3 + 1 = 9", None),
        ("1.5 + 1.5 + 1 = 4", None),
        ("(2 + 3) + 4 = 9", None),
        ("3 + 4 = 7 + 2 = 9", None),
        ("So 3 + 4 = 7, and 7 - 1 = 6", True),
        ("1. 3 + 4 = 7", True),
        ("3 - 7 = -4\n-4 - 1 = -5", True),
        ("Total: 3 + 4 = 7. (9 - 2 = 7)", True),
        ("", None),
    ],
)
def test_equations_of_sums_hold_or_not(text: str, holds: bool | None) -> None:
    assert equations_hold(text) is holds
