"""Selectors over pairs, lengths and revisions: what is chosen, what is a tie, and why the rest is dropped."""

from dataclasses import replace

import pytest

from experiments.alignment.sample_kinds import Preference
from experiments.alignment.samples import samples
from experiments.alignment.selectors.best_worst_pair import BestWorstPair
from experiments.alignment.selectors.keep_final import KeepFinal
from experiments.alignment.selectors.ranked_pairs import DISAGREE, TIE, RankedPairs
from experiments.alignment.selectors.refine_pair import RefinePair
from experiments.alignment.selectors.shortest_best import ShortestBest
from experiments.alignment.types import Group, Selection, Signal
from tests.kernel.planted import group


def both(about: tuple[int, int], first: float | None, second: float | None) -> tuple[Signal, Signal]:
    """How far the earlier one is preferred in the two orders."""
    return (
        Signal("judge_pair", "j", about, first, order=0),
        Signal("judge_pair", "j", about, second, order=1),
    )


def fates(picked: tuple[Selection, ...]) -> list[tuple[tuple[int, ...], str]]:
    return [(s.about, s.fate) for s in picked]


def test_a_pair_gets_the_mean_of_both_orders_as_its_soft_label() -> None:
    made = group("a", "b", signals=both((0, 1), 0.4, 0.2))
    picked = RankedPairs().pick(made, 0)
    assert fates(picked) == [((1,), "chosen"), ((0,), "rejected")]
    assert picked[0].p_chosen == pytest.approx(0.7)
    [sample] = samples(replace(made, selections=picked), "policy", "preference")
    assert isinstance(sample, Preference)
    assert (sample.chosen, sample.rejected, sample.p_chosen) == ("b", "a", pytest.approx(0.7))


def test_orders_that_cancel_teach_nothing() -> None:
    made = group("a", "b", signals=both((0, 1), 1.0, 0.0))
    assert {s.reason for s in RankedPairs().pick(made, 0)} == {TIE}
    assert {s.reason for s in RankedPairs(soft=False).pick(made, 0)} == {DISAGREE}


def test_a_hard_verdict_needs_both_orders_on_one_side() -> None:
    made = group("a", "b", signals=both((0, 1), 0.9, 0.4))
    assert {s.reason for s in RankedPairs(soft=False).pick(made, 0)} == {DISAGREE}
    agreed = group("a", "b", signals=both((0, 1), 0.9, 0.6))
    assert RankedPairs(soft=False).pick(agreed, 0)[0].p_chosen == 1.0


def test_a_pair_with_one_order_unread_or_equal_texts_is_dropped_for_that_reason() -> None:
    half = group("a", "b", signals=both((0, 1), 0.9, None))
    assert {s.reason for s in RankedPairs().pick(half, 0)} == {"not judged in both orders"}
    same = group("a", "a", signals=both((0, 1), 0.9, 0.9))
    assert {s.reason for s in RankedPairs().pick(same, 0)} == {"duplicate"}
    assert {s.reason for s in RankedPairs().pick(group("a", "b"), 0)} == {"unscored"}


def round_robin() -> Group:
    signals = (*both((0, 1), 0.2, 0.2), *both((0, 2), 0.6, 0.6), *both((1, 2), 0.9, 0.9))
    return group("a", "b", "c", signals=signals)


def test_the_candidate_that_wins_most_stands_against_the_one_that_wins_least() -> None:
    made = round_robin()
    assert fates(BestWorstPair().pick(made, 0)) == [((0,), "dropped"), ((1,), "chosen"), ((2,), "rejected")]
    assert BestWorstPair().best(made) == RankedPairs().best(made) == 1
    assert len(RankedPairs().pick(made, 0)) == 6


def test_where_all_win_alike_there_is_no_best() -> None:
    made = group("a", "b", signals=both((0, 1), 0.5, 0.5))
    assert {s.reason for s in BestWorstPair().pick(made, 0)} == {TIE}
    assert BestWorstPair().best(group("a", "b")) is None


def scored(*scores: float | None) -> Group:
    texts = ["one two three four", "one", "one two", "one two three four five", "one two three"]
    signals = tuple(Signal("judge", "j", (i,), score) for i, score in enumerate(scores))
    return group(*texts[: len(scores)], signals=signals)


def test_the_shortest_near_the_top_is_chosen_and_the_longest_near_the_bottom_rejected() -> None:
    made = scored(5, 4.5, 1.5, 1, 3)
    assert fates(ShortestBest("judge", 0.2).pick(made, 0)) == [
        ((0,), "dropped"), ((1,), "chosen"), ((2,), "dropped"), ((3,), "rejected"), ((4,), "dropped"),
    ]  # fmt: skip
    assert ShortestBest("judge", 0.0).best(made) == 0
    assert ShortestBest("judge", 0.2).best(made) == 1


def test_length_decides_among_equals_alone_when_rho_is_zero() -> None:
    made = scored(5, 5, 1, 1)
    assert fates(ShortestBest("judge", 0.0).pick(made, 0))[1] == ((1,), "chosen")
    assert fates(ShortestBest("judge", 0.0).pick(made, 0))[3] == ((3,), "rejected")


def test_equal_scores_and_missing_ones_give_no_pair() -> None:
    assert {s.fate for s in ShortestBest("judge").pick(scored(3, 3, 3), 0)} == {"dropped"}
    assert {s.reason for s in ShortestBest("judge").pick(scored(3, None), 0)} == {
        "nothing to compare with", "unscored",
    }  # fmt: skip


def revised(*gains: float | None, texts: tuple[str, ...] = ("draft", "first", "second")) -> Group:
    signals = tuple(Signal("gain", "o", (i,), gain) for i, gain in enumerate(gains, start=1))
    made = group(*texts[: len(gains) + 1], signals=signals)
    candidates = (made.candidates[0], *(replace(c, parent=c.index - 1) for c in made.candidates[1:]))
    return replace(made, candidates=candidates)


def test_a_revision_is_preferred_to_its_draft_only_where_it_gains() -> None:
    accepted = RefinePair("gain").pick(revised(0.5), 0)
    assert fates(accepted) == [((1,), "chosen"), ((0,), "rejected")]
    assert accepted[0].p_chosen == pytest.approx(1 / (1 + 2.718281828**-0.5))
    for gain, reason in ((0.0, "no gain"), (-1.0, "no gain"), (0.05, "below margin"), (None, "unscored")):
        assert {s.reason for s in RefinePair("gain", 0.1).pick(revised(gain), 0)} == {reason}
    assert {s.reason for s in RefinePair("gain").pick(revised(1.0, texts=("same", "same")), 0)} == {
        "duplicate"
    }


def test_the_draft_is_the_answer_where_no_revision_is_accepted() -> None:
    assert RefinePair("gain").best(revised(-1.0, -0.5)) == 0
    assert RefinePair("gain").best(revised(1.0, -0.5)) == 1
    assert RefinePair("gain").best(revised(1.0, 0.5)) == 2


def test_what_a_procedure_ends_with_is_kept_and_empty_ends_are_passed_over() -> None:
    made = group("draft", "better", " ")
    assert [(s.fate, s.reason) for s in KeepFinal().pick(made, 0)] == [
        ("dropped", "superseded"), ("kept", "the answer it ended with"), ("dropped", "empty"),
    ]  # fmt: skip
    assert KeepFinal().best(group(" ", "")) is None
