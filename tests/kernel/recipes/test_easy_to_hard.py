"""Easy-to-hard: how far what is learned on short sums reaches, with a model whose reach is planted."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from experiments.alignment.contexts import read_statements
from experiments.alignment.difficulty import difficulty
from experiments.alignment.learners import Lesson, StepVerifier
from experiments.alignment.memory import Memory, remember
from experiments.alignment.ports import Check, Progress
from experiments.alignment.selectors.keep_size import KeepSize
from experiments.alignment.sums import terms_of
from experiments.alignment.types import (
    Ask,
    Candidate,
    Capability,
    Checkpoint,
    Group,
    Message,
    Prompt,
    Reference,
    Trained,
)
from tests.kernel.planted import Planted
from tests.kernel.runs import go, metric

SETTINGS = {"iterations": 1, "prompts": 60, "probe_prompts": 60, "gold_prompts": 60, "easy": 3}
SIZES = range(2, 7)


@dataclass(frozen=True)
class Reaching:
    """Sums of up to so many terms are right: two before training, the longest one learned and `further` after it."""

    directory: Path
    further: int

    lessons: list[Lesson] = field(default_factory=list)

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Planted:
        assert checkpoint is not None
        if role == "verifier":
            return Seeing(name=role) if checkpoint.adapters else Planted(name=role)
        path = next(iter(checkpoint.adapters[-1:]), None)
        reach = json.loads((path / "reach.json").read_text()) if path else 2
        return Planted(lambda ask: _answer(ask, reach), name=role)

    def statements(self, checkpoint: Checkpoint) -> tuple[str, ...]:
        return read_statements(checkpoint)

    def learn(self, lesson: Lesson, check: Check, progress: Progress) -> Trained:
        self.lessons.append(lesson)
        sizes = [difficulty(sample.prompt[-1].content) for sample in lesson.samples]
        path = self.directory / f"{lesson.spec.role}-{max(sizes)}"
        path.mkdir(exist_ok=True)
        (path / "reach.json").write_text(json.dumps(max(sizes) + self.further))
        return Trained(Checkpoint(path.name, lesson.init.model, (path,)), len(sizes))


@dataclass
class Seeing(Planted):
    """An evaluator that knows a right sum of any length when it sees one."""

    capabilities: frozenset[Capability] = frozenset({"reward"})

    def reward(self, asks: Sequence[Ask], answers: Sequence[str], check: Check) -> list[float]:
        return [
            0.9 if answer == str(sum(_terms(ask))) else 0.1 for ask, answer in zip(asks, answers, strict=True)
        ]


def _terms(ask: Ask) -> Sequence[int]:
    return terms_of(ask.messages[-1].content)


def _answer(ask: Ask, reach: int) -> str:
    """Of sums beyond its reach a third of the samples is right; the wrong ones all say the same."""
    terms = _terms(ask)
    if ask.temperature and ask.seed % 3 == 0:
        return str(sum(terms))
    return str(sum(terms) if len(terms) <= reach else 10**6)


def _prompt(split: Any, number: int) -> Prompt:
    terms = [number + 1 + i for i in range(SIZES[number % len(SIZES)])]
    question = f"What is {' + '.join(map(str, terms))}?"
    reference = Reference(answer=sum(terms))
    return Prompt(f"{split}-{number}", (Message("user", question),), split, reference)


def run(tmp_path: Path, further: int, **settings: Any) -> Memory:
    return ran(Reaching(tmp_path, further), **settings)


def ran(workshop: Reaching, **settings: Any) -> Memory:
    prompts = [_prompt(split, number) for split in ("train", "probe", "gold") for number in range(60)]
    memory = remember(prompts, 0, Checkpoint("base"))
    return go(memory, workshop.directory, "easy-to-hard", SETTINGS | settings, workshop=workshop)


@pytest.mark.parametrize(("further", "recovered"), [(0, 0.0), (1, 1 / 3), (3, 1.0)])
def test_the_share_recovered_on_hard_prompts_is_how_far_easy_ones_reach(tmp_path, further, recovered):
    memory = run(tmp_path, further)
    assert metric(memory, 1, "accuracy_easy", "gold").value == 1.0
    assert metric(memory, 0, "accuracy_hard", "gold").value == 0.0
    assert metric(memory, 1, "ceiling_accuracy_hard", "gold").value == 1.0
    assert metric(memory, 1, "hard_gap_recovered", "gold").value == pytest.approx(recovered)


def test_accuracy_by_distance_is_the_curve_of_how_far_it_reaches(tmp_path):
    memory = run(tmp_path, 2)
    curve = [metric(memory, 1, f"accuracy_hard_{part}", "gold") for part in ("near", "middle", "far")]
    assert [(one.value, one.n) for one in curve] == [(1.0, 12), (1.0, 12), (0.0, 12)]


def test_where_hard_labels_bring_nothing_the_share_is_undefined(tmp_path):
    memory = run(tmp_path, -10)
    assert metric(memory, 1, "hard_gap", "gold").value <= 0
    assert metric(memory, 1, "hard_gap_recovered", "gold").value is None


def test_the_policy_sees_no_hard_prompt_and_the_ceiling_no_easy_one(tmp_path):
    memory = run(tmp_path, 0)
    sizes: dict[str, list[int]] = {}
    for group in memory.groups[1, 0, "train"].values():
        for selection in group.selections:
            if selection.fate == "kept":
                sizes.setdefault(selection.role, []).append(difficulty(group.prompt.text))
    assert max(sizes["policy"]) <= 3 < min(sizes["ceiling"])
    assert abs(len(sizes["policy"]) - len(sizes["ceiling"])) <= 8


def test_an_evaluator_of_easy_answers_finds_hard_ones_that_the_vote_does_not(tmp_path):
    memory = ran(Reaching(tmp_path, 0), evaluator=True, samples=6, operator_prompts=60)
    assert metric(memory, 1, "accuracy_hard", "gold").value == 0.0
    assert metric(memory, 1, "evaluator_gain_hard").low > 0.3
    assert metric(memory, 1, "evaluator_against_vote_hard").low > 0.3
    assert metric(memory, 1, "verifier_efficiency").value == 1.0


def test_the_evaluator_learns_verdicts_on_easy_answers_alone(tmp_path):
    workshop = Reaching(tmp_path, 0)
    memory = ran(workshop, evaluator=True, samples=6)
    [lesson] = [lesson for lesson in workshop.lessons if isinstance(lesson.spec, StepVerifier)]
    assert {difficulty(sample.prompt[-1].content) for sample in lesson.samples} == {2, 3}
    reasons = {s.reason for group in memory.groups[1, 1, "train"].values() for s in group.selections}
    assert {"too hard (4)", "too hard (5)", "too hard (6)"} < reasons


def test_without_an_evaluator_nothing_is_sampled(tmp_path):
    memory = run(tmp_path, 0)
    assert not any(place[1] for place in memory.groups)
    assert "evaluator_gain_hard" not in {m.name for m in memory.metrics[1]}


@pytest.mark.parametrize(
    ("select", "reason"),
    [
        (KeepSize(most=2), "too hard (3)"),
        (KeepSize(least=4), "too easy (3)"),
        (KeepSize(share=1e-9), "not drawn"),
    ],
)
def test_every_drop_has_its_reason(select: KeepSize, reason: str):
    prompt = Prompt("p", (Message("user", "What is 1 + 2 + 3?"),), "train")
    candidates: Sequence[Candidate] = (Candidate(0, "6", 1),)
    assert [s.reason for s in select.pick(Group(prompt, tuple(candidates)), 7)] == [reason]


def test_a_question_without_a_sum_is_as_hard_as_it_is_long():
    assert (difficulty("Say hello to me."), difficulty("What is 2 + 3 - 4?")) == (4, 3)
    years = "In the season 2020-2021 a club sold a third of its 900 tickets online; how many were left?"
    assert difficulty(years) == len(years.split())
