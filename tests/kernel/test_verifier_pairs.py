"""Pairs of right and wrong answers, a verifier that ranks by likelihood, and what is measured of verifiers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest

from experiments.alignment.evaluators.measures.verifier import measure
from experiments.alignment.evaluators.record import Record
from experiments.alignment.learners import KTO
from experiments.alignment.ports import Check, Round
from experiments.alignment.registry import get_recipe
from experiments.alignment.samples import samples
from experiments.alignment.selectors.answer_by import AnswerBy
from experiments.alignment.selectors.keep_correct import KeepCorrect
from experiments.alignment.selectors.no_samples import NoSamples
from experiments.alignment.selectors.right_wrong_pairs import RightWrongPairs
from experiments.alignment.selectors.verdicts import Verdicts
from experiments.alignment.signals.implicit_reward import ImplicitReward
from experiments.alignment.signals.likelihood import EMPTY
from experiments.alignment.types import Ask, Capability, Group, Metric, Signal
from tests.kernel.planted import Planted, group


def judged(*verdicts: float | None, texts: Sequence[str] = ()) -> Group:
    signals = tuple(Signal("verify", "number", (i,), value) for i, value in enumerate(verdicts))
    return group(*(texts or [f"answer {i}" for i in range(len(verdicts))]), signals=signals)


def pairs(picked: Sequence[object]) -> Iterator[tuple[int, int]]:
    sides: dict[int, dict[str, int]] = {}
    for selection in picked:
        if selection.pair is not None:  # type: ignore[attr-defined]
            sides.setdefault(selection.pair, {})[selection.fate] = selection.about[0]  # type: ignore[attr-defined]
    return iter([(side["chosen"], side["rejected"]) for _, side in sorted(sides.items())])


def test_each_answer_stands_in_one_pair_at_most() -> None:
    one = judged(1, 0, 0, 1, 0)
    found = list(pairs(RightWrongPairs(3).pick(one, 1)))
    assert len(found) == 2
    assert {chosen for chosen, _ in found} == {0, 3}
    assert len({rejected for _, rejected in found}) == 2
    assert {rejected for _, rejected in found} < {1, 2, 4}
    drawn = {tuple(pairs(RightWrongPairs(1).pick(one, seed))) for seed in range(30)}
    assert len(drawn) == 6


def test_every_drop_has_its_reason() -> None:
    def reasons(one: Group) -> list[str]:
        return [s.reason for s in RightWrongPairs().pick(one, 0)]

    assert reasons(judged(1, 1)) == ["none is wrong"] * 2
    assert reasons(judged(0, 0)) == ["none is right"] * 2
    assert reasons(judged(1, 0, None)) == ["right answer", "wrong answer", "unscored"]
    assert sorted(reasons(judged(1, 0, 0))) == ["not drawn for a pair", "right answer", "wrong answer"]
    assert reasons(judged(1, 0, 0, texts=["a", "b", "b"])) == ["right answer", "wrong answer", "duplicate"]


def test_what_is_learned_and_what_is_answered_go_by_different_signals() -> None:
    one = judged(1, 0)
    select = AnswerBy(KeepCorrect())
    assert select.reads == {"verify", "verifier"}
    assert select.pick(one, 0) == KeepCorrect().pick(one, 0)
    assert select.best(one) is None
    ranked = replace(one, signals=(*one.signals, Signal("verifier", "v", (1,), 2.0)))
    assert select.best(ranked) == 1
    assert NoSamples().pick(one, 0) == ()


@dataclass
class Weighs(Planted):
    """Every character costs `cost` nats."""

    cost: float = 1.0
    capabilities: frozenset[Capability] = frozenset({"generate", "score"})

    def score(self, prompt: Sequence[Ask], continuations: Sequence[str], check: Check) -> list[float]:
        return [-self.cost * len(text) for text in continuations]


def read(source: ImplicitReward, verifier: Planted, base: Planted) -> tuple[Signal, ...]:
    def player(role: str) -> Planted:
        return {"verifier": verifier, "base": base}[role]

    [signals] = source.read(Round(7, 1, 0, player, lambda: None, "number"), [group("four", "4", "")])
    return signals


def test_a_dpo_verifier_ranks_by_likelihood_or_by_its_margin_over_the_reference() -> None:
    verifier, base = Weighs(cost=3.0), Weighs(cost=1.0)
    assert [s.value for s in read(ImplicitReward(), verifier, base)] == [-12, -3, None]
    margins = read(ImplicitReward(reference="base"), verifier, base)
    assert [s.value for s in margins] == [-8, -2, None]
    assert (margins[2].parsed, margins[2].error) == (False, EMPTY)
    assert margins[0].evidence is not None
    assert margins[0].evidence.data == {"reward": -8, "model": "planted"}


def test_without_log_probabilities_of_either_model_nothing_is_scored() -> None:
    source = ImplicitReward(reference="base")
    for verifier, base in ((Planted(), Weighs()), (Weighs(), Planted())):
        assert {s.value for s in read(source, verifier, base)} == {None}


def measured(groups: Sequence[Group]) -> dict[str, Metric]:
    recipe = get_recipe("process-verifier")
    record = Record(1, recipe.composition(recipe.config()), lambda part, at: groups)
    return {metric.name: metric for metric in measure(record)}


def sampled(number: int, *scored: tuple[float | None, float]) -> Group:
    """One prompt's samples with the verifier's score and the truth."""
    made = group(*(f"answer {i}" for i in range(len(scored))))
    signals = [
        signal
        for i, (score, gold) in enumerate(scored)
        for signal in (
            Signal("verifier", "v", (i,), score, label="right" if score and score > 0.5 else "wrong"),
            Signal("gold", "number", (i,), gold),
        )
    ]
    prompt = replace(made.prompt, id=f"p{number}")
    return replace(made, prompt=prompt, signals=tuple(signals))


def test_efficiency_is_the_way_from_a_random_sample_to_a_perfect_choice() -> None:
    good = [sampled(i, (0.9, 1), (0.2, 0)) for i in range(30)]
    bad = [sampled(i, (0.2, 1), (0.9, 0)) for i in range(30, 40)]
    found = measured([*good, *bad])
    assert found["verifier_gap"].value == pytest.approx(0.5)
    assert found["verifier_efficiency"].value == pytest.approx((0.75 - 0.5) / 0.5)
    assert found["verifier_pair_accuracy"].value == pytest.approx(0.75)
    assert found["verifier_precision"].value == pytest.approx(0.75)
    assert found["verifier_recall"].value == pytest.approx(0.75)
    assert found["verifier_accuracy"].value == pytest.approx(0.75)


def test_where_there_is_nothing_to_choose_efficiency_is_undefined() -> None:
    found = measured([sampled(i, (0.9, 1), (0.2, 1)) for i in range(40)])
    assert found["verifier_efficiency"].value is None
    assert found["verifier_pair_accuracy"].value is None
    assert found["verifier_recall"].value == 0.5


def test_equal_scores_share_and_unscored_samples_leave_their_prompt_out() -> None:
    ties = [sampled(i, (0.4, 1), (0.4, 0)) for i in range(40)]
    found = measured([*ties, sampled(99, (None, 1), (0.4, 0))])
    assert found["verifier_efficiency"].value == pytest.approx(0)
    assert (found["verifier_efficiency"].n, found["verifier_efficiency"].n_unscored) == (40, 1)
    assert found["verifier_precision"].value is None


def test_single_verdicts_come_from_prompts_without_a_pair_too() -> None:
    picked = Verdicts(2).pick(judged(1, 1, 1, None, texts=("a", "a", "b", "c")), 1)
    assert [(s.fate, s.reason, s.pair) for s in picked] == [
        ("chosen", "right answer", None),
        ("dropped", "duplicate", None),
        ("chosen", "right answer", None),
        ("dropped", "unscored", None),
    ]
    wrong = samples(
        replace(judged(0, 0, 0), selections=Verdicts(2).pick(judged(0, 0, 0), 1)), "policy", "unpaired"
    )
    assert [(sample.answer, sample.good) for sample in wrong] == [("answer 0", False), ("answer 1", False)]


def test_a_verifier_may_learn_from_single_verdicts() -> None:
    recipe = get_recipe("verifier-dpo")
    composition = recipe.composition(recipe.configure({"learns_from": "verdicts", "beta": 0.3}))
    learn = composition.phases[0].branches[1].learn
    assert isinstance(learn, KTO)
    assert (learn.role, learn.beta, learn.init_from) == ("verifier", 0.3, "base")
