"""Labels for a classifier: the options, the classifier's answer, the weak supervisor's and the true labels."""

import math

import pytest

from experiments.alignment.ports import Round
from experiments.alignment.proposers.classify import Classify
from experiments.alignment.proposers.options import Options
from experiments.alignment.sample_kinds import Label
from experiments.alignment.samples import samples
from experiments.alignment.selectors.own_part import in_own_part
from experiments.alignment.selectors.reference_labels import ReferenceLabels
from experiments.alignment.selectors.soft_labels import OWN, SoftLabels
from experiments.alignment.signals.weak_label import WeakLabel
from experiments.alignment.types import Candidate, Group, Message, Prompt, Signal
from tests.kernel.planted import Planted

LABELS = ("negative", "positive")
PROMPT = Prompt("p", (Message("user", "A fine film."),), "train")


def at(weighs: tuple[float, ...] = (0.2, 0.8)) -> Round:
    policy = Planted(weighs=lambda case, options: weighs, name="weak one")
    return Round(0, 1, 0, lambda role: policy, lambda: None)


def said(kind: str, *values: float | None) -> Group:
    (group,) = Options(LABELS).propose(at(), [PROMPT])
    signals = [Signal(kind, "x", (place,), value) for place, value in enumerate(values)]
    return Group(group.prompt, group.candidates, tuple(signals))


def test_options_are_candidates_in_their_order_and_ask_nobody() -> None:
    (group,) = Options(LABELS).propose(at(), [PROMPT])
    assert [(c.index, c.text) for c in group.candidates] == [(0, "negative"), (1, "positive")]
    assert Options(LABELS).roles == ()


def test_a_classifier_answers_with_the_likeliest_option_and_of_equal_ones_with_the_first() -> None:
    (group,) = Classify(LABELS).propose(at(), [PROMPT])
    (answer,) = group.candidates
    assert (answer.text, answer.model) == ("positive", "weak one")
    assert answer.logprob == pytest.approx(math.log(0.8))
    (tied,) = Classify(LABELS).propose(at((0.5, 0.5)), [PROMPT])
    assert tied.candidates[0].text == "negative"


def test_the_weak_supervisor_gives_every_option_its_probability() -> None:
    groups = Options(LABELS).propose(at(), [PROMPT])
    (signals,) = WeakLabel(LABELS).read(at(), groups)
    assert [signal.value for signal in signals] == pytest.approx([0.2, 0.8])
    assert {signal.label for signal in signals} == {"positive"}
    evidence = signals[0].evidence
    assert evidence is not None
    assert evidence.data["labels"] == list(LABELS)
    assert evidence.data["weak"] == pytest.approx([0.2, 0.8])
    assert evidence.data["student"] == ""


def test_a_students_answer_is_shown_beside_the_weak_label_and_another_text_is_unscored() -> None:
    answers = [Group(PROMPT, (Candidate(0, text, 1),)) for text in ("negative", "neither")]
    (one,), (other,) = WeakLabel(LABELS).read(at(), answers)
    assert one.value == pytest.approx(0.2)
    assert one.evidence is not None
    assert one.evidence.data["student"] == "negative"
    assert (other.value, other.parsed) == (None, False)
    assert "none of the options" in other.error


def test_soft_labels_keep_the_probabilities() -> None:
    picked = SoftLabels("weak_label").pick(said("weak_label", 0.2, 0.6), seed=0)
    assert [(s.fate, s.weight) for s in picked] == [
        ("kept", pytest.approx(0.25)),
        ("kept", pytest.approx(0.75)),
    ]
    assert SoftLabels("weak_label").best(said("weak_label", 0.2, 0.6)) == 1
    assert SoftLabels("weak_label").best(said("weak_label", 0.5, 0.5)) is None


def test_a_group_without_a_whole_label_is_dropped() -> None:
    assert {s.reason for s in SoftLabels("weak_label").pick(said("weak_label", 0.2, None), 0)} == {"unscored"}


def test_true_labels_are_one_for_the_right_option_and_nought_for_the_others() -> None:
    group = said("verify", 0.0, 1.0)
    picked = ReferenceLabels().pick(group, seed=0)
    assert [s.weight for s in picked] == [0.0, 1.0]
    (label,) = samples(Group(group.prompt, group.candidates, group.signals, picked), "policy", "label")
    assert label == Label(PROMPT.messages, LABELS, (0.0, 1.0))
    assert ReferenceLabels().best(group) == 1


@pytest.mark.parametrize("values", [(0.0, 0.0), (1.0, 1.0), (None, None)])
def test_true_labels_need_exactly_one_right_option(values: tuple[float | None, ...]) -> None:
    picked = ReferenceLabels().pick(said("verify", *values), seed=0)
    assert {(s.fate, s.reason) for s in picked} == {("dropped", "not exactly one option is right")}


def test_a_supervisor_never_labels_what_it_was_taught() -> None:
    ids = [f"p{n}" for n in range(1000)]
    own = [in_own_part(one, 0.15) for one in ids]
    assert 100 < sum(own) < 200
    for one, mine in zip(ids, own, strict=True):
        prompt = Prompt(one, PROMPT.messages, "train")
        weak = Group(prompt, *_parts(said("weak_label", 0.2, 0.8)))
        true = Group(prompt, *_parts(said("verify", 0.0, 1.0)))
        assert (SoftLabels("weak_label", 0.15).pick(weak, 0)[0].reason == OWN) == mine
        assert (ReferenceLabels(0.15, "own").pick(true, 0)[0].fate == "kept") == mine
        assert (ReferenceLabels(0.15, "rest").pick(true, 0)[0].fate == "kept") != mine


def _parts(group: Group) -> tuple[tuple[Candidate, ...], tuple[Signal, ...]]:
    return group.candidates, group.signals
