"""The metrics of pairwise judges from recorded groups: repeats, gold and unread verdicts come in by themselves."""

from dataclasses import replace

from experiments.alignment.evaluators.measures.judging import judged_pairs, measure
from experiments.alignment.evaluators.record import Record
from experiments.alignment.evaluators.task import GOLD
from experiments.alignment.registry import get_recipe
from experiments.alignment.types import Group, Metric, Signal
from tests.kernel.planted import group

LONG = "one hundred, and that after a good deal of thought about the matter"


def judged(number: int, right_first: bool) -> Group:
    """The judge prefers the long answer in both orders, each asked twice; one repeat of five groups is unread."""
    verdicts = [
        Signal("judge_pair", "j", (0, 1), 0.0 if (repeat, number % 5) != (1, 0) else None, order, repeat=repeat)
        for order in (0, 1)
        for repeat in (0, 1)
    ]  # fmt: skip
    gold = [Signal(GOLD, "v", (0,), float(right_first)), Signal(GOLD, "v", (1,), float(not right_first))]
    made = group("100", LONG, signals=(*verdicts, *gold))
    return replace(made, prompt=replace(made.prompt, id=f"p{number}"))


def measured(groups: list[Group]) -> dict[str, Metric]:
    recipe = get_recipe("constitutional-rl")
    record = Record(0, recipe.composition(recipe.config()), lambda part, at: groups)
    return {metric.name: metric for metric in measure(record)}


def test_a_judge_that_takes_the_long_answer_right_or_wrong_is_told_so() -> None:
    found = measured([judged(i, right_first=i % 2 == 0) for i in range(40)])
    assert found["verbosity_preference"].value == 1
    assert found["verbosity_bias"].value == 0.5
    assert found["pair_accuracy"].value == 0.5
    assert found["position_consistency"].value == 1
    assert found["repetition_stability"].value == 1
    assert found["pair_accuracy"].n_unscored == 2 * 8
    assert {metric.split for metric in found.values()} == {"probe"}


def test_without_a_check_nothing_is_said_about_truth_and_without_pairs_nothing_at_all() -> None:
    blind = [
        replace(g, signals=tuple(s for s in g.signals if s.kind != GOLD))
        for g in (judged(i, True) for i in range(20))
    ]
    assert not {"pair_accuracy", "verbosity_bias"} & measured(blind).keys()
    assert measured([group("100", "7")] * 20) == {}


def test_a_pair_with_one_order_unread_is_no_judged_pair() -> None:
    half = group("a", "b", signals=(Signal("judge_pair", "j", (0, 1), 1.0, order=0),))
    assert judged_pairs(half) == []
    assert len(judged_pairs(judged(1, True))) == 1
