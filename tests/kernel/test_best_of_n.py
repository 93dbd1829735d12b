"""The best of n is kept where there is one; its control keeps as much on the same prompts."""

from experiments.alignment.selectors.best_of_n import BestOfN, RandomOne
from experiments.alignment.types import Signal
from tests.kernel.planted import group


def scored(*values: float | None) -> tuple[Signal, ...]:
    return tuple(Signal("reward", "rm", (i,), value) for i, value in enumerate(values))


def test_the_highest_score_is_kept_and_every_drop_says_why() -> None:
    picked = BestOfN("reward").pick(group("a", "b", "c", signals=scored(0.5, 2.0, None)), 1)
    assert [(s.about, s.fate) for s in picked] == [((0,), "dropped"), ((1,), "kept"), ((2,), "dropped")]
    assert [s.reason for s in picked] == ["score 0.5, not the best", "best of 2, score 2", "unscored"]
    assert BestOfN("reward").best(group("a", "b", signals=scored(1.0, 3.0))) == 1


def test_where_nothing_differs_nothing_is_kept() -> None:
    for values, reason in (((1.0, 1.0), "tie"), ((1.0,), "nothing to compare with"), ((None,), "unscored")):
        picked = BestOfN("reward").pick(group(*"ab"[: len(values)], signals=scored(*values)), 1)
        assert {(s.fate, s.reason) for s in picked} == {("dropped", reason)}


def test_among_equal_bests_one_is_drawn_by_the_seed() -> None:
    tied = group(*"abcd", signals=scored(2.0, 2.0, 2.0, 0.0))
    kept = {s.about for seed in range(40) for s in BestOfN("reward").pick(tied, seed) if s.fate == "kept"}
    assert kept == {(0,), (1,), (2,)}


def test_the_control_keeps_a_random_one_on_the_same_prompts_alone() -> None:
    control = RandomOne(BestOfN("reward"))
    some, none = group(*"abc", signals=scored(1.0, 2.0, 3.0)), group(*"ab", signals=scored(1.0, 1.0))
    picks = [control.pick(some, seed) for seed in range(40)]
    assert all([s.fate for s in picked].count("kept") == 1 for picked in picks)
    assert {s.about for picked in picks for s in picked if s.fate == "kept"} == {(0,), (1,), (2,)}
    assert {s.reason for s in control.pick(none, 1)} == {"none in the treated arm"}
    assert control.reads == {"reward"}
    assert control.best(some) is None
