"""Signals: verdicts of the verifier and of a judge, and what is done with those that nobody can read."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from experiments.alignment.errors import DataError
from experiments.alignment.judges.rubrics import QUALITY, judge_messages, read_score
from experiments.alignment.ports import Check, Round
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.signals.judge_scalar import JudgeScalar
from experiments.alignment.signals.verify_outcome import VerifyOutcome
from experiments.alignment.types import NO_RESPONSE, Ask, Candidate, Capability, Completion, Group
from tests.kernel.runs import sums


@dataclass
class Says:
    """A policy that says these texts in turn and remembers what it was asked."""

    texts: Sequence[str]
    asked: list[Ask] = field(default_factory=list)
    name: str = "says"
    capabilities: frozenset[Capability] = frozenset({"generate"})

    def generate(self, asks: Sequence[Ask], check: Check) -> list[Completion]:
        at = len(self.asked)
        self.asked.extend(asks)
        return [Completion(self.texts[(at + i) % len(self.texts)], 3) for i in range(len(asks))]

    def score(self, prompt: Sequence[Ask], continuations: Sequence[str], check: Check) -> list[float]:
        return [0.0 for _ in continuations]


def at(policy: Says, iteration: int = 1, verifier: str = "number") -> Round:
    return Round(7, iteration, 0, lambda role: policy, lambda: None, verifier)


def groups(*texts: str) -> list[Group]:
    """One group with these answers to 100 + 0."""
    return [Group(sums("train", 1)[0], tuple(Candidate(i, text, 1) for i, text in enumerate(texts)))]


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        ("Good.\nScore: 4", 4, ""),
        ("Score: 4", 4, ""),
        ("score 3 out of 5", 3, ""),
        ("**Score:** 2/5", 2, ""),
        ("Score: **5**", 5, ""),
        ("Score: 0", 0, ""),
        ("The score is 3.5.", 3.5, ""),
        ("score=1\nthank you", 1, ""),
        ("It says Score: 5 but that is wrong.\nScore: 1", 1, ""),
        ("Score: 4\nOn reflection, Score: unknown", None, "the last score is not a number"),
        ("Score: n", None, "the last score is not a number"),
        ("Score:", None, "the last score is not a number"),
        ("Score: nan", None, "the last score is not a number"),
        ("Score: inf", None, "the last score is not a number"),
        ("Score: ４", None, "the last score is not a number"),
        ("Score: 7", None, "the last score is not between 0 and 5"),
        ("Score: -1", None, "the last score is not between 0 and 5"),
        ("Score: 8/10", None, "the last score is out of 10, not out of 5"),
        ("Score: 0-5", None, "the last score is not one clear number"),
        ("Score: 3 or 4", None, "the last score is not one clear number"),
        ("Score: 4,5", None, "the last score is not one clear number"),
        ("Score: 1e3", None, "the last score is not one clear number"),
        ("Score: 80%", None, "the last score is not one clear number"),
        ("4", None, "no score in the text"),
        ("I would give it a 4.", None, "no score in the text"),
        ("A scorecard of 5", None, "no score in the text"),
        ("", None, "no score in the text"),
    ],
)
def test_the_last_verdict_is_read_and_anything_else_is_unscored(
    text: str, value: float | None, reason: str
) -> None:
    read = read_score(text, 0, 5)
    assert (read.value, read.reason) == (value, reason)


def test_the_critique_is_what_stands_before_the_verdict() -> None:
    assert read_score("Short and right.\n**Score:** 5", 0, 5).critique == "Short and right."


def test_the_worked_examples_read_as_their_scores_and_the_case_comes_last() -> None:
    messages = judge_messages(QUALITY, "What is 1 + 1?", "2")
    shown = [
        read_score(m.content, QUALITY.low, QUALITY.high).value for m in messages if m.role == "assistant"
    ]
    assert shown == [example.score for example in QUALITY.examples]
    assert len(set(shown)) == len(shown) > 1
    assert messages[-1].content == "Question: What is 1 + 1?\nAnswer: 2\n\nGrade this answer."


def test_a_rubrics_hash_changes_with_its_words() -> None:
    strict = replace(QUALITY, text=QUALITY.text + " Be strict.")
    others = [strict, replace(QUALITY, high=10), replace(QUALITY, examples=QUALITY.examples[:1])]
    assert len({rubric.sha256 for rubric in (QUALITY, *others)}) == 4
    assert strict.source != QUALITY.source
    assert len(QUALITY.source) <= 160


def test_each_repeat_of_a_judge_is_a_signal_with_its_raw_text() -> None:
    judge = Says(["Fine.\nScore: 4", "no idea"])
    [said] = JudgeScalar(repeats=2).read(at(judge), groups("a", "b"))
    assert [(s.about, s.repeat, s.value, s.parsed, s.raw) for s in said] == [
        ((i,), r, v, v is not None, judge.texts[r]) for i in (0, 1) for r, v in ((0, 4.0), (1, None))
    ]
    assert said[0].scores == {"quality": 4.0}
    assert said[0].text == "Fine."
    assert said[1].scores == {}
    assert said[1].error == "no score in the text"
    assert said[0].evidence is not None
    assert said[0].evidence.data["sha256"] == QUALITY.sha256
    assert len({ask.seed for ask in judge.asked}) == 4


def test_one_verdict_is_greedy_and_several_are_drawn() -> None:
    for repeats, temperature in ((1, 0.0), (3, 0.7)):
        judge = Says(["Score: 1"])
        JudgeScalar(repeats=repeats).read(at(judge), groups("a"))
        assert {ask.temperature for ask in judge.asked} == {temperature}


def test_a_judge_sees_a_conversation_of_its_own() -> None:
    judge = Says(["Score: 1"])
    JudgeScalar().read(at(judge), groups("my answer"))
    roles = [message.role for message in judge.asked[0].messages]
    assert roles == ["system", *["user", "assistant"] * len(QUALITY.examples), "user"]
    assert sums("train", 1)[0].messages[0] not in judge.asked[0].messages


def test_a_judge_that_says_nothing_is_told_apart_from_one_that_cannot_be_read() -> None:
    [said] = JudgeScalar().read(at(Says(["  ", "hm"])), groups("a", "b"))
    assert [s.error for s in said] == [NO_RESPONSE, "no score in the text"]


def test_the_verifier_scores_right_and_wrong_answers_and_one_without_a_number_is_wrong() -> None:
    [said] = VerifyOutcome().read(at(Says([])), groups("It is 100.", "It is 3.", "no idea"))
    assert [s.value for s in said] == [1, 0, 0]
    assert "no number found" in (said[2].text, said[2].raw)
    assert {s.source for s in said} == {"number"}


def test_a_prompt_without_an_answer_cannot_be_verified() -> None:
    bare = [Group(sums("train", 1)[0].__class__("x", (), "train"), (Candidate(0, "a", 1),))]
    with pytest.raises(DataError, match="Prompt x has no answer to verify by"):
        VerifyOutcome().read(at(Says([])), bare)


def test_sampling_gives_every_prompt_its_answers_in_order_whatever_the_slice() -> None:
    prompts = sums("train", 5)
    together, apart = Says(["x"]), Says(["x"])
    made = Sample(3).propose(at(together), prompts)
    for prompt in prompts:
        Sample(3).propose(at(apart), [prompt])
    assert [group.prompt.id for group in made] == [prompt.id for prompt in prompts]
    assert [c.index for c in made[0].candidates] == [0, 1, 2]
    assert [ask.seed for ask in together.asked] == [ask.seed for ask in apart.asked]
    assert len({ask.seed for ask in together.asked}) == 15


def test_another_round_draws_anew() -> None:
    first, second = Says(["x"]), Says(["x"])
    Sample(2).propose(at(first, 1), sums("train", 2))
    Sample(2).propose(at(second, 2), sums("train", 2))
    assert not {a.seed for a in first.asked} & {a.seed for a in second.asked}
