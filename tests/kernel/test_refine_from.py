"""Refining: each step sees the last answer, a stop ends it, and rules are drawn from the constitution."""

from experiments.alignment.prompts.constitution import BUILT_IN, Constitution, principle_for
from experiments.alignment.prompts.refining import CONSTITUTIONAL, FEEDBACK
from experiments.alignment.proposers.refine_from import RefineFrom
from experiments.alignment.types import NO_RESPONSE, Ask
from tests.kernel.planted import Planted, at, case_of
from tests.kernel.runs import sums


def counts(ask: Ask) -> str:
    """A draft of 1, criticism, then always one more."""
    case = case_of(ask)
    if "Write the new answer alone" in case:
        return str(int(case.split("Answer: ")[1].split("\n")[0]) + 1)
    return "Add one." if "Answer:" in case else "1"


def test_each_revision_mends_the_one_before_by_its_critique() -> None:
    author = Planted(counts)
    [made] = RefineFrom(FEEDBACK, rounds=3).propose(at(author), sums("train", 1))
    assert [(c.text, c.parent, c.turn) for c in made.candidates] == [
        ("1", None, 0), ("2", 0, 1), ("3", 1, 2), ("4", 2, 3),
    ]  # fmt: skip
    assert [(s.about, s.value, s.text, s.label) for s in made.signals] == [
        ((0,), None, "Add one.", "revise"), ((1,), None, "Add one.", "revise"),
        ((2,), None, "Add one.", "revise"),
    ]  # fmt: skip
    assert "Feedback: Add one." in case_of(author.asked[-1])


def test_feedback_that_asks_for_no_change_ends_the_refinement() -> None:
    content = Planted(lambda ask: "No change needed." if "Answer:" in case_of(ask) else "1")
    [made] = RefineFrom(FEEDBACK, rounds=3).propose(at(content), sums("train", 1))
    assert [c.text for c in made.candidates] == ["1"]
    assert [s.label for s in made.signals] == ["stop"]


def test_prompts_end_on_their_own() -> None:
    def says(ask: Ask) -> str:
        case = case_of(ask)
        return "no change needed" if "100 + 0" in case and "Answer:" in case else counts(ask)

    first, second = RefineFrom(FEEDBACK, rounds=2).propose(at(Planted(says)), sums("train", 2))
    assert (len(first.candidates), len(second.candidates)) == (1, 3)


def test_a_silent_critic_is_recorded_as_no_response() -> None:
    mute = Planted(lambda ask: "" if "Say in one sentence" in case_of(ask) else "1")
    [made] = RefineFrom(CONSTITUTIONAL).propose(at(mute), sums("train", 1))
    assert [(s.error, s.parsed) for s in made.signals] == [(NO_RESPONSE, False)]


def test_rules_come_from_the_committed_constitution_and_none_twice_before_all() -> None:
    author, rules = Planted(counts), ("Rule one.", "Rule two.", "Rule three.")
    [made] = RefineFrom(CONSTITUTIONAL, rounds=3).propose(at(author, rules), sums("train", 1))
    assert {s.evidence.data["principle"] for s in made.signals if s.evidence} == set(rules)
    [plain] = RefineFrom(CONSTITUTIONAL).propose(at(author), sums("train", 1))
    assert next(s.evidence.data["principle"] for s in plain.signals if s.evidence) in BUILT_IN.principles


def test_the_drawn_rule_depends_on_the_place_alone_and_all_rules_are_drawn() -> None:
    where = at(Planted())
    assert principle_for(where, "p", 1) == principle_for(where, "p", 1)
    assert {principle_for(where, f"p{i}") for i in range(200)} == set(BUILT_IN.principles)


def test_text_with_braces_is_text() -> None:
    author = Planted(lambda ask: "{rule} {0}")
    [made] = RefineFrom(FEEDBACK).propose(at(author), sums("train", 1))
    assert "Answer: {rule} {0}" in case_of(author.asked[-1])
    assert made.candidates[1].text == "{rule} {0}"


def test_the_hash_of_words_and_of_a_constitution_covers_all_of_them() -> None:
    assert FEEDBACK.sha256 != CONSTITUTIONAL.sha256
    fewer = Constitution(BUILT_IN.name, BUILT_IN.version, BUILT_IN.principles[1:])
    assert fewer.sha256 != BUILT_IN.sha256
