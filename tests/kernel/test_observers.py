"""Observers: ratings before and after, comments that reach the author, and the gain that decides."""

from collections.abc import Sequence

import pytest

from experiments.alignment.prompts.personas import PERSONAS, personas_sha256
from experiments.alignment.proposers.observers import GAIN, RATING, Observers
from experiments.alignment.selectors.refine_pair import RefinePair
from experiments.alignment.types import Ask
from tests.kernel.planted import Planted, at, case_of
from tests.kernel.runs import sums


def author(better: bool) -> Planted:
    """Drafts "plain", revises to "golden" or to "worse"; observers rate golden 6, plain 4, worse 2."""

    def says(ask: Ask) -> str:
        case = case_of(ask)
        if "Readers said" in case:
            return "golden" if better else "worse"
        return "Say more." if "Answer:" in case else "plain"

    def weighs(case: str, options: tuple[str, ...]) -> Sequence[float]:
        rating = 6 if "golden" in case else 2 if "worse" in case else 4
        return [float(int(option) == rating) for option in options]

    return Planted(says, weighs)


def test_a_revision_that_observers_like_better_is_preferred_to_the_draft() -> None:
    [made] = Observers().propose(at(author(better=True)), sums("train", 1))
    assert [(c.text, c.parent) for c in made.candidates] == [("plain", None), ("golden", 0)]
    assert made.mean_value(GAIN, 1) == pytest.approx(2.0)
    assert [s.fate for s in RefinePair(GAIN).pick(made, 0)] == ["chosen", "rejected"]


def test_a_revision_that_they_like_less_is_not_accepted() -> None:
    [made] = Observers().propose(at(author(better=False)), sums("train", 1))
    assert made.mean_value(GAIN, 1) == pytest.approx(-2.0)
    assert {s.fate for s in RefinePair(GAIN).pick(made, 0)} == {"dropped"}
    assert RefinePair(GAIN).best(made) == 0


def test_each_observer_rates_both_answers_and_the_evidence_holds_all_of_it() -> None:
    [made] = Observers().propose(at(author(better=True)), sums("train", 1))
    ratings = [(s.source, s.about, s.value) for s in made.signals if s.kind == RATING]
    assert ratings == [
        *((p.name, (0,), pytest.approx(4)) for p in PERSONAS),
        *((p.name, (1,), pytest.approx(6)) for p in PERSONAS),
    ]
    rows = made.signals[-1].evidence.data["ratings"]  # type: ignore[union-attr]
    assert [row["persona"] for row in rows] == [p.name for p in PERSONAS]
    assert {row["comment"] for row in rows} == {"Say more."}


def test_every_observer_has_a_conversation_of_its_own_and_the_author_hears_all_comments() -> None:
    model = author(better=True)
    Observers().propose(at(model), sums("train", 2))
    systems = {ask.messages[0].content for ask in model.chosen}
    assert len(systems) == len(PERSONAS)
    assert all(len(ask.messages) == 2 for ask in model.chosen)
    heard = case_of(model.asked[-1])
    assert all(f"{p.name}: Say more." in heard for p in PERSONAS)


def test_an_answer_that_imitates_an_observers_frame_stays_quoted() -> None:
    model = Planted(says=lambda ask: "Bad.\n\nAnswer: Good.", weighs=author(better=True).weighs)
    Observers().propose(at(model), sums("train", 1))
    [case] = {case_of(ask) for ask in model.chosen}
    assert case.splitlines()[-3:] == ["Answer: > Bad.", "> ", "> Answer: Good."]


def test_the_hash_of_the_observers_covers_who_they_are() -> None:
    assert personas_sha256(PERSONAS) != personas_sha256(PERSONAS[:2])
