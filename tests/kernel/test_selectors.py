"""Selectors: which candidates are taught, and the reason for each that is not."""

from hypothesis import given
from hypothesis import strategies as st

from experiments.alignment.sample_kinds import Demonstration, Preference
from experiments.alignment.samples import samples
from experiments.alignment.selectors.best_worst import BestWorst
from experiments.alignment.selectors.keep_correct import KeepCorrect
from experiments.alignment.selectors.random_pair import RandomPair
from experiments.alignment.types import Candidate, Group, Message, Prompt, Selection, Signal

Values = list[float | None]


def group(kind: str, values: Values, texts: list[str] | None = None) -> Group:
    """A group whose candidates have these scores; None is an unscored one."""
    words = texts or [f"answer {i}" for i in range(len(values))]
    candidates = tuple(Candidate(i, text, 2) for i, text in enumerate(words))
    signals = tuple(
        Signal(kind, "s", (i,), v, error="" if v is not None else "?") for i, v in enumerate(values)
    )
    return Group(Prompt("p", (Message("user", "q"),), "train"), candidates, signals)


def fates(picked: tuple[Selection, ...]) -> list[tuple[str, str]]:
    return [(s.fate, s.reason) for s in picked]


def test_keep_correct_keeps_the_first_right_answers_and_says_why_not_the_others() -> None:
    made = group("verify", [0, 1, None, 1, 1], ["a", "b", "c", "b", "d"])
    assert fates(KeepCorrect(1).pick(made, 0)) == [
        ("dropped", "wrong answer"), ("kept", "right answer"), ("dropped", "unscored"),
        ("dropped", "duplicate"), ("dropped", "one kept already"),
    ]  # fmt: skip
    assert fates(KeepCorrect(2).pick(made, 0))[4] == ("kept", "right answer")


def test_keep_correct_answers_with_a_right_one_and_with_none_where_nothing_was_scored() -> None:
    assert KeepCorrect().best(group("verify", [0, None, 1])) == 2
    assert KeepCorrect().best(group("verify", [0, None, 0])) == 0
    assert KeepCorrect().best(group("verify", [None, None])) is None


def test_best_worst_pairs_the_extremes() -> None:
    made = group("judge", [2, 5, None, 0])
    picked = BestWorst("judge").pick(made, 0)
    assert fates(picked) == [
        ("dropped", "middle"), ("chosen", "highest score, 5"), ("dropped", "unscored"),
        ("rejected", "lowest score, 0"),
    ]  # fmt: skip
    assert [s.pair for s in picked] == [None, 0, None, 0]


def test_best_worst_drops_ties_small_margins_lone_scores_and_equal_texts() -> None:
    assert {r for _, r in fates(BestWorst("judge").pick(group("judge", [3, 3, 3]), 0))} == {"tie"}
    assert {r for _, r in fates(BestWorst("judge", 2).pick(group("judge", [3, 4]), 0))} == {"below margin"}
    assert fates(BestWorst("judge").pick(group("judge", [3, None]), 0)) == [
        ("dropped", "nothing to compare with"), ("dropped", "unscored"),
    ]  # fmt: skip
    assert {r for _, r in fates(BestWorst("judge").pick(group("judge", [3, 4], ["x", "x"]), 0))} == {
        "duplicate"
    }


def test_best_worst_uses_the_mean_of_repeated_verdicts() -> None:
    made = group("judge", [3, 3])
    more = Signal("judge", "s", (1,), 5, repeat=1)
    assert BestWorst("judge").best(Group(made.prompt, made.candidates, (*made.signals, more))) == 1


def test_an_unscored_candidate_is_never_the_worst() -> None:
    picked = BestWorst("judge").pick(group("judge", [None, 4, 3]), 0)
    assert picked[0].fate == "dropped"
    assert picked[2].fate == "rejected"


def test_ties_for_the_best_are_drawn_by_the_seed_not_by_position() -> None:
    made = group("judge", [5, 5, 5, 0])
    drawn = [
        next(s.about[0] for s in BestWorst("judge").pick(made, seed) if s.fate == "chosen")
        for seed in range(60)
    ]
    assert {drawn.count(i) > 8 for i in (0, 1, 2)} == {True}


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 5).map(float)), min_size=1, max_size=6),
    st.integers(0, 2**60),
)
def test_the_control_pairs_exactly_where_the_treated_arm_does(values: Values, seed: int) -> None:
    made, treated = group("judge", values), BestWorst("judge")
    arms = [selector.pick(made, seed) for selector in (treated, RandomPair(treated))]
    pairs = [sorted(s.fate for s in arm if s.pair is not None) for arm in arms]
    assert pairs[0] == pairs[1]
    assert len(arms[0]) == len(arms[1]) == len(values)
    assert all(s.reason for arm in arms for s in arm)


def test_the_control_prefers_nothing() -> None:
    made = group("judge", [5, 0, 0, 0])
    chosen = [next(s.about[0] for s in RandomPair(BestWorst("judge")).pick(made, seed) if s.fate == "chosen")
              for seed in range(400)]  # fmt: skip
    assert all(70 < chosen.count(i) < 130 for i in range(4))
    assert RandomPair(BestWorst("judge")).best(made) is None


def test_samples_are_of_one_role_and_share_the_groups_prompt() -> None:
    made = group("judge", [5, 0, 1])
    selections = (
        Selection((0,), "chosen", "r", pair=0, p_chosen=0.9), Selection((1,), "rejected", "r", pair=0),
        Selection((2,), "kept", "r", role="other", weight=2.0), Selection((1,), "dropped", "r", role="other"),
    )  # fmt: skip
    taught = Group(made.prompt, made.candidates, (), selections)
    prompt = made.prompt.messages
    assert samples(taught, "policy", "preference") == [
        Preference(prompt, "answer 0", "answer 1", p_chosen=0.9)
    ]
    assert samples(taught, "other", "demonstration") == [Demonstration(prompt, "answer 2", 2.0)]
    assert samples(taught, "policy", "demonstration") == []


def test_half_a_pair_is_no_sample() -> None:
    made = group("judge", [5, 0])
    half = Group(made.prompt, made.candidates, (), (Selection((0,), "chosen", "r", pair=0),))
    assert samples(half, "policy", "preference") == []
