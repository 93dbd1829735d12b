"""Completions find the step that went wrong, and a verifier of steps chooses what one of outcomes is fooled by."""

from itertools import count
from pathlib import Path

import pytest

from experiments.alignment.learners import StepVerifier
from experiments.alignment.sample_kinds import Steps
from experiments.alignment.sums import terms_of
from experiments.alignment.types import Ask
from tests.kernel.planted import Planted, case_of
from tests.kernel.recipes.verifiers import Cast, Fooled, StepJudge, first_wrong, run, solve
from tests.kernel.runs import metric

SLUG = "process-verifier"


def cast(tmp_path: Path) -> Cast:
    return Cast(Planted(solve), tmp_path, plays={"verifier": StepJudge(), "outcome": Fooled()})


def learned(workshop: Cast, role: str) -> list[Steps]:
    return next(samples for spec, samples in workshop.learned if spec.role == role)


@pytest.mark.parametrize("labels", ["soft", "hard"])
def test_step_labels_find_the_planted_first_wrong_step(tmp_path: Path, labels: str) -> None:
    workshop = cast(tmp_path)
    memory = run(tmp_path, SLUG, workshop, labels=labels)
    samples = learned(workshop, "verifier")
    assert len(samples) == 40
    assert {first_wrong(sample.steps) for sample in samples} == {None, 1, 2, 3}
    for sample in samples:
        bad = first_wrong(sample.steps)
        labelled = next((at for at, label in enumerate(sample.labels, start=1) if label == 0), None)
        assert labelled == bad
    assert metric(memory, 1, "step_label_precision", "train").value == 1
    assert metric(memory, 1, "step_label_recall", "train").value == 1
    assert metric(memory, 1, "right_by_luck", "train").value == 0


def test_a_completer_that_mends_errors_makes_labels_imprecise(tmp_path: Path) -> None:
    def mends(ask: Ask) -> str:
        begun = ask.messages[-1].role == "assistant"
        return f"No, it is {sum(terms_of(case_of(ask)))}" if begun else solve(ask)

    memory = run(tmp_path, SLUG, Cast(Planted(mends), tmp_path))
    precision = metric(memory, 1, "step_label_precision", "train")
    assert precision.high < 0.9
    assert metric(memory, 1, "step_label_recall", "train").value == 1


def test_hard_labels_are_judged_as_they_are_learned(tmp_path: Path) -> None:
    """Every fourth completion mends the error: the share of right ones is small, and a hard label is 1 all the same."""
    asked = count()

    def sometimes_mends(ask: Ask) -> str:
        begun = ask.messages[-1].role == "assistant"
        mends = begun and next(asked) % 4 == 0
        return f"No, it is {sum(terms_of(case_of(ask)))}" if mends else solve(ask)

    found = {
        labels: metric(
            run(tmp_path / labels, SLUG, Cast(Planted(sometimes_mends), tmp_path), labels=labels),
            1,
            "step_label_precision",
            "train",
        ).value
        for labels in ("soft", "hard")
    }
    assert found["hard"] < 0.9 < found["soft"]


def test_the_verifier_of_steps_is_precise_and_beats_one_of_outcomes_at_equal_samples(tmp_path: Path) -> None:
    memory = run(tmp_path, SLUG, cast(tmp_path))
    assert metric(memory, 1, "verifier_precision").value == 1
    assert metric(memory, 1, "verifier_efficiency").value == pytest.approx(1)
    assert metric(memory, 1, "verifier_pair_accuracy").value == 1
    assert metric(memory, 1, "operator_against_control").low > 0.1
    asked = {part: memory.groups[1, 0, part].values() for part in ("operator", "operator_control")}
    assert [{len(group.candidates) for group in groups} for groups in asked.values()] == [{8}, {8}]


def test_both_verifiers_learn_from_wrong_solutions_and_the_one_of_outcomes_sees_all(tmp_path: Path) -> None:
    workshop = cast(tmp_path)
    run(tmp_path, SLUG, workshop)
    assert [(type(spec), spec.role) for spec, _ in workshop.learned] == [
        (StepVerifier, "verifier"),
        (StepVerifier, "outcome"),
    ]
    whole = learned(workshop, "outcome")
    assert len(whole) == 20 * 8
    assert {len(sample.steps) for sample in whole} == {1}
    assert {sample.labels for sample in whole} == {(0.0,), (1.0,)}
    assert {sample.prompt[0].role for sample in whole} == {"user"}


def test_before_training_nothing_is_verified(tmp_path: Path) -> None:
    memory = run(tmp_path, SLUG, cast(tmp_path))
    assert not [m for m in memory.metrics[0] if m.name.startswith("verifier_")]
    assert metric(memory, 0, "operator_accuracy").value is None


def test_the_majority_can_be_the_control(tmp_path: Path) -> None:
    workshop = cast(tmp_path)
    memory = run(tmp_path, SLUG, workshop, control="vote")
    assert [spec.role for spec, _ in workshop.learned] == ["verifier"]
    assert metric(memory, 1, "operator_control_accuracy").value is not None


def test_the_page_tells_how_many_completions_of_each_step_are_right(tmp_path: Path) -> None:
    memory = run(tmp_path, SLUG, cast(tmp_path), completions=3)
    group = memory.groups[1, 0, "train"][0]
    steps = [s.evidence.data["steps"] for s in group.signals if s.kind == "verify" and s.evidence]
    assert len(steps) == 2
    assert [[step.get("n") for step in some] for some in steps] == [[3, 3, None]] * 2
    assert all(step["right"] == 3 * step["label"] for some in steps for step in some[:-1])
