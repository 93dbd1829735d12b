"""What a critic learns from and is judged by: seeded flaws, the verdict of a critique, likeness to it, the exam."""

import math
import re
from dataclasses import replace

import pytest

from experiments.alignment.errors import DataError
from experiments.alignment.prompts.criticising import NO_FLAW, RIGHT, WRONG, criticising, verdict_of
from experiments.alignment.proposers.refine_from import CRITIQUE
from experiments.alignment.proposers.seeded_flaws import SeededFlaws, cases, with_number
from experiments.alignment.selectors.best_of_n import BestOfN
from experiments.alignment.selectors.held_back import held_back
from experiments.alignment.signals.critic_choice import CriticChoice
from experiments.alignment.signals.critic_exam import CriticExam
from experiments.alignment.signals.feedback_likeness import NO_CRITIQUE, FeedbackLikeness
from experiments.alignment.types import Candidate, Group, Message, Prompt, Signal
from experiments.alignment.word_cosine import bag, cosine
from tests.kernel.planted import Planted, at, group
from tests.kernel.runs import sums


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("words", ["12", "The answer is 12.", "4 + 8 = 12 apples"])
def test_a_planted_flaw_changes_the_number_and_nothing_else(seed: int, words: str) -> None:
    right, wrong, why = cases("12", words, "7", seed)
    assert right == words
    number = int(re.findall(r"-?\d+", wrong)[-1])
    assert number != 12
    assert ("high" in why) == (number > 12)
    assert wrong == with_number(words, number)


@pytest.mark.parametrize(("said", "how"), [("I say 15.", "high"), ("I say 9.", "low"), ("I say -3.", "low")])
def test_an_own_wrong_answer_is_the_flaw_and_its_twin_has_the_right_number(said: str, how: str) -> None:
    assert cases("12", said, "7", 0) == ("I say 12.", said, f"the number is too {how}.")


def test_an_answer_without_a_number_leaves_the_words_of_the_reference() -> None:
    right, wrong, _ = cases("12", "I do not know", "7", 0)
    assert right == "12"
    assert re.fullmatch(r"-?\d+", wrong)
    assert cases("Paris", "Rome 2", "Oslo", 0) == ("Paris", "Oslo", "this answers another question.")


def test_where_all_answers_are_alike_there_is_no_flaw_to_put_in() -> None:
    prompts = [
        Prompt(str(i), (Message("user", "Say yes."),), "train", sums("train", 1)[0].reference) for i in (1, 2)
    ]
    assert {len(g.candidates) for g in SeededFlaws().propose(at(Planted()), prompts)} == {2}
    assert cases("yes", "yes", "yes", 0)[1] == "yes"


def test_own_words_are_asked_for_once_a_prompt_and_only_where_they_are_wanted() -> None:
    own, planted = Planted(lambda ask: "It comes to 100."), Planted()
    [made] = SeededFlaws(own=True).propose(at(own), sums("train", 1))
    assert made.candidates[0].text == NO_FLAW
    assert len(own.asked) == 1
    assert "It comes to 100." in made.candidates[0].train_context[0].content  # type: ignore[index]
    SeededFlaws().propose(at(planted), sums("train", 1))
    assert not planted.asked
    assert SeededFlaws().roles == ()


def test_a_prompt_without_an_answer_is_refused() -> None:
    prompt = Prompt("p", (Message("user", "Why?"),), "train")
    with pytest.raises(DataError, match="Prompt p has no answer"):
        SeededFlaws().propose(at(Planted()), [prompt])


@pytest.mark.parametrize(
    ("said", "verdict"), [(" right, well done", RIGHT), ("WRONG: no", WRONG), ("Perhaps right", ""), ("", "")]
)
def test_the_verdict_is_the_first_word(said: str, verdict: str) -> None:
    assert verdict_of(said) == verdict


def test_the_critics_choice_is_the_probability_of_right_for_each_candidate() -> None:
    planted = Planted(weighs=lambda case, options: (0.8, 0.2) if "Answer: 100" in case else (0.3, 0.7))
    [signals] = CriticChoice().read(at(planted), [group("100", "101")])
    assert [(s.about, s.value) for s in signals] == [((0,), pytest.approx(0.8)), ((1,), pytest.approx(0.3))]


def test_likeness_is_the_cosine_of_words_and_unscored_without_a_critique() -> None:
    critique = Signal(CRITIQUE, "critic", (0,), None, text="Too low.")
    made = group("a draft", "too low", "too high", signals=(critique,))
    [signals] = FeedbackLikeness().read(at(Planted()), [made])
    assert [(s.about, s.value) for s in signals] == [((1,), pytest.approx(1.0)), ((2,), pytest.approx(0.5))]
    [[unread]] = FeedbackLikeness().read(at(Planted()), [group("too low")])
    assert (unread.value, unread.parsed, unread.error) == (None, False, NO_CRITIQUE)


def test_a_critique_that_quotes_the_draft_does_not_choose_it() -> None:
    critique = Signal(
        CRITIQUE, "critic", (0,), None, text="Wrong: in \u201cThe sum is 90\u201d 90 is too low."
    )
    made = group("The sum is 90", "The sum is 100", "I do not know", signals=(critique,))
    [signals] = FeedbackLikeness().read(at(Planted()), [made])
    chosen = BestOfN(FeedbackLikeness.kind)
    assert chosen.best(replace(made, signals=(*made.signals, *signals))) == 1
    [[alone]] = FeedbackLikeness().read(at(Planted()), [group("The sum is 90", signals=(critique,))])
    assert alone.about == (0,)


def test_the_cosine_counts_words_and_is_0_without_any() -> None:
    assert cosine(bag("a a b"), bag("A, b!")) == pytest.approx(3 / math.sqrt(10))
    assert cosine(bag(""), bag("a")) == 0.0


def test_the_exam_asks_about_prompts_held_back_and_no_others() -> None:
    groups = [_cases(prompt) for prompt in sums("train", 30)]
    planted = Planted(weighs=lambda case, options: (0.9, 0.1) if "Answer: good" in case else (0.2, 0.8))
    read = CriticExam(0.3).read(at(planted), groups)
    for of_group, signals in zip(groups, read, strict=True):
        asked = held_back(of_group.prompt, 0.3)
        assert [s.label for s in signals] == ([RIGHT, WRONG] if asked else [])
    assert 0 < len(planted.chosen) < 60


def _cases(prompt: Prompt) -> Group:
    told = [criticising(prompt.text, answer) for answer in ("good", "bad")]
    texts = (NO_FLAW, f"{WRONG}: it is bad.")
    return Group(
        prompt,
        tuple(Candidate(i, text, 3, train_context=told[i]) for i, text in enumerate(texts)),
    )
