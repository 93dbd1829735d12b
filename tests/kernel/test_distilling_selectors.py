"""What of a teacher's answers and revisions is learned: whole answers, the best against any other, what was revised."""

from dataclasses import replace

import pytest

from experiments.alignment.refusals import refuses
from experiments.alignment.selectors.best_random import BestRandom
from experiments.alignment.selectors.keep_revision import KeepRevision
from experiments.alignment.selectors.keep_some import KeepSome
from experiments.alignment.selectors.ordered_pairs import VETOED, OrderedPairs
from experiments.alignment.selectors.revision_pair import RevisionPair
from experiments.alignment.selectors.sound import Sound
from experiments.alignment.types import Group, Signal
from tests.kernel.planted import group


def scored(kind: str, *values: float | None) -> tuple[Signal, ...]:
    return tuple(Signal(kind, "test", (i,), value) for i, value in enumerate(values))


def revised(draft: str, *texts: str) -> Group:
    made = group(draft, *texts)
    later = (replace(c, parent=c.index - 1) for c in made.candidates[1:])
    return replace(made, candidates=(made.candidates[0], *later))


def fates(group: Group, select: object, seed: int = 0) -> list[tuple[str, str]]:
    return [(s.fate, s.reason) for s in select.pick(group, seed)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("I'm sorry, but I cannot help.", True),
        ("As an AI language model I have no opinion.", True),
        ("I can\u2019t do that.", True),
        ("The sorry state of the road.", False),
        ("He said: " + "so " * 80 + "I cannot.", False),
        ("I'm sorry to hear that your cat is ill. Here is the answer: 42.", False),
        ("I can't stress this enough: 3 + 4 = 7.", False),
        ("I can't help but notice that the sum is 7.", False),
        ("I am afraid so. The capital is Paris.", False),
        ("I won't bore you with details: the answer is 7.", False),
        ("As an AI pioneer, Alan Turing proposed a test.", False),
        ("I am an AI researcher and I did not sleep.", False),
        ("Reply: \u201cI'm sorry, I can't help with that.\u201d", False),
        ("The answer is 7. I cannot say more.", False),
        ("Unfortunately, that is not something I can help with.", True),
        ("I'm sorry. I am not able to assist with that.", True),
        ("My apologies, I\u2019m unable to do so.", True),
        ("I do not have the ability to answer that.", True),
        ("I have to respectfully decline.", True),
        ("I can not help with that.", True),
        ("I'm sorry, but I can't list four of them.", True),
        ("I'm just an AI, so I do not know.", True),
        ("", False),
    ],
)
def test_refusals_are_told_by_their_opening(text: str, refused: bool) -> None:
    assert refuses(text) == refused


def test_only_whole_answers_are_kept_and_the_rest_says_why() -> None:
    made = group(" ", "I cannot say.", "The sum is", "100", "100")
    cut = replace(made.candidates[2], stop="length")
    made = replace(made, candidates=(*made.candidates[:2], cut, *made.candidates[3:]))
    assert fates(made, Sound(KeepSome(2))) == [
        ("dropped", "empty"),
        ("dropped", "refuses"),
        ("dropped", "cut off at the token limit"),
        ("kept", "not filtered"),
        ("dropped", "duplicate"),
    ]
    assert Sound(KeepSome()).best(made) == 3
    assert Sound(KeepSome(), ended=False).best(made) == 2
    assert Sound(KeepSome()).best(group("")) is None


def test_the_best_is_chosen_and_any_lower_one_may_be_rejected() -> None:
    made = group("a", "b", "c", "d", signals=scored("judge", 5, 1, 3, None))
    rejected = {
        next(s.about[0] for s in BestRandom("judge").pick(made, seed) if s.fate == "rejected")
        for seed in range(20)
    }
    assert rejected == {1, 2}
    assert all(("chosen", "highest score, 5") in fates(made, BestRandom("judge"), seed) for seed in range(20))
    assert fates(made, BestRandom("judge"))[3] == ("dropped", "unscored")
    assert BestRandom("judge").best(made) == 0


def test_equals_and_equal_texts_form_no_pair() -> None:
    assert {r for _, r in fates(group("a", "b", signals=scored("judge", 3, 3)), BestRandom("judge"))} == {
        "tie"
    }
    assert {r for _, r in fates(group("a", "a", signals=scored("judge", 3, 1)), BestRandom("judge"))} == {
        "tie"
    }
    alone = group("a", "b", signals=scored("judge", 3, None))
    assert fates(alone, BestRandom("judge"))[0] == ("dropped", "nothing to compare with")


def test_every_two_answers_of_unlike_value_form_a_pair_unless_the_veto_objects() -> None:
    made = group("a", "b", "c", signals=(*scored("construction", 1, 0.5, 0), *scored("reward", 1, 3, 2)))
    free = OrderedPairs().pick(made, 0)
    assert [(s.about[0], s.fate) for s in free] == [
        (0, "chosen"), (1, "rejected"), (0, "chosen"), (2, "rejected"), (1, "chosen"), (2, "rejected"),
    ]  # fmt: skip
    assert [s.pair for s in free] == [0, 0, 1, 1, 2, 2]
    held = OrderedPairs(veto="reward").pick(made, 0)
    assert [s.reason == VETOED for s in held] == [True, True, True, True, False, False]
    unscored = group("a", "b", signals=(*scored("construction", 1, 0), *scored("reward", None, None)))
    assert [s.fate for s in OrderedPairs(veto="reward").pick(unscored, 0)] == ["chosen", "rejected"]


def test_empty_and_equal_answers_of_unlike_sources_teach_nothing() -> None:
    for texts, reason in ((("", "b"), "one of the two is empty"), (("b", "b "), "duplicate")):
        made = group(*texts, signals=scored("construction", 1, 0))
        assert {r for _, r in fates(made, OrderedPairs())} == {reason}
    assert OrderedPairs().best(group("", "b", signals=scored("construction", 1, 0))) == 1


def test_the_last_revision_stands_against_the_draft() -> None:
    made = revised("draft", "better", "best")
    assert [f for f, _ in fates(made, RevisionPair())] == ["rejected", "dropped", "chosen"]
    assert [f for f, _ in fates(made, KeepRevision())] == ["dropped", "dropped", "kept"]
    assert RevisionPair().best(made) == KeepRevision().best(made) == 2


@pytest.mark.parametrize("texts", [("draft",), ("draft", "draft "), ("draft", "")])
def test_what_was_not_changed_teaches_nothing(texts: tuple[str, ...]) -> None:
    made = revised(*texts)
    for select in (RevisionPair(), KeepRevision()):
        assert {f for f, _ in fates(made, select)} == {"dropped"}
        assert select.best(made) == 0
