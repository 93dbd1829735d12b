"""Aspects rated by a fair, a smitten and a wordy judge: their ratings teach, show a halo, and betray their taste."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.alignment.memory import Memory
from experiments.alignment.ports import Policy
from experiments.alignment.scripted_answers import is_right, right_answer, wrong_answer
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import Ask, Checkpoint
from tests.kernel.planted import Planted, PlantedWorkshop, case_of
from tests.kernel.recipes.critics import QUESTION, SETTINGS
from tests.kernel.runs import go, metric, start

CASE = re.compile(r"\AQuestion: (.*)\nAnswer: (.*)\n\nGrade", re.DOTALL)
Rate = Callable[[str, str, str], float]
"""The rating of an aspect (by the rubric's text), a question and its answer."""


def chance(*place: object) -> float:
    return seed_at("rate", *place) / 2**63


def fair(aspect: str, question: str, answer: str) -> float:
    """Instructions and truth by whether it is right; the other two have nothing to do with it."""
    if "figures right" in aspect or "was asked" in aspect:
        return 5 if is_right(question, answer) else 2
    return 1 + round(4 * chance(aspect, question, answer))


def smitten(aspect: str, question: str, answer: str) -> float:
    return 1 + round(4 * chance(question, answer))


def wordy(aspect: str, question: str, answer: str) -> float:
    return min(5.0, len(answer.split()))


class Rated(PlantedWorkshop):
    """The teacher is always right and brief; the policy is right in every second draw and wordy where it is wrong."""

    rate: Rate = staticmethod(fair)

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Policy:
        return Planted(lambda ask: self._says(role, ask), name=role)

    def _says(self, role: str, ask: Ask) -> str:
        case = CASE.match(case_of(ask))
        if case:
            rubric = ask.messages[0].content
            return f"It is so.\nScore: {type(self).rate(rubric, case[1], case[2]):g}"
        question = QUESTION.findall(case_of(ask))[-1]
        right = role == "teacher" or ask.seed % 2
        return right_answer(question, 0) if right else wrong_answer(question, ask.seed)


def rated(tmp_path: Path, rate: Rate, **settings: object) -> tuple[Memory, Rated]:
    kind = type("Rated", (Rated,), {"rate": staticmethod(rate)})
    workshop = kind(Planted(), tmp_path)
    memory = start(tmp_path, train=80, held_out=60)
    bound = {"teacher": tmp_path}
    given = {**SETTINGS, "prompts": 60, **settings}
    return go(memory, tmp_path, "scored-distillation", given, workshop=workshop, bound=bound), workshop


def test_fair_ratings_agree_with_the_check_and_teach_right_answers(tmp_path: Path) -> None:
    memory, workshop = rated(tmp_path, fair)
    assert metric(memory, 0, "aspect_pair_accuracy").low > 0.8
    assert metric(memory, 0, "operator_gain").low > 0.2
    pairs = workshop.learned[0][1]
    right = [is_right(pair.prompt[-1].content, pair.chosen) for pair in pairs]
    assert sum(right) > 0.8 * len(right)
    assert metric(memory, 1, "source_auc", "train").low > 0.5


def test_one_impression_under_four_names_is_a_halo(tmp_path: Path) -> None:
    smit, _ = rated(tmp_path / "smitten", smitten)
    assert metric(smit, 1, "aspect_correlation", "train").value == pytest.approx(1.0)
    assert 0.3 < metric(smit, 0, "aspect_pair_accuracy").value < 0.7
    good, _ = rated(tmp_path / "fair", fair)
    assert metric(good, 1, "aspect_correlation", "train").high < 0.5


def test_a_judge_that_likes_length_is_told_by_length_alone(tmp_path: Path) -> None:
    memory, _ = rated(tmp_path, wordy)
    assert metric(memory, 1, "length_auc", "train").low > 0.9
    assert metric(memory, 0, "aspect_pair_accuracy").high < 0.2


def test_each_rating_has_its_reasons_and_the_answer_its_source(tmp_path: Path) -> None:
    memory, _ = rated(tmp_path, fair, others=1)
    group = next(iter(memory.groups[1, 0, "train"].values()))
    evidence = [s.evidence.data for s in group.signals if s.evidence]
    assert [one["source"] for one in evidence] == ["policy", "policy", "teacher", "teacher", "peer"]
    assert [aspect["name"] for aspect in evidence[0]["aspects"]] == [
        "instruction following", "truthfulness", "honesty", "helpfulness",
    ]  # fmt: skip
    assert all(aspect["rationale"] == "It is so." for one in evidence for aspect in one["aspects"])


def test_one_unreadable_rating_leaves_the_answer_unscored_with_the_reason(tmp_path: Path) -> None:
    memory, workshop = rated(tmp_path, lambda aspect, question, answer: 9.0)
    signals = [s for g in memory.groups[1, 0, "train"].values() for s in g.signals]
    assert {s.value for s in signals} == {None}
    assert {s.error for s in signals} == {"instruction following: the last score is not between 1 and 5"}
    assert workshop.learned == []
    assert metric(memory, 1, "aspect_correlation", "train").value is None


def test_the_teacher_rates_unless_a_judge_is_bound(tmp_path: Path) -> None:
    asked: list[str] = []

    class Watched(Rated):
        def policy(self, role: str, checkpoint: Checkpoint | None) -> Policy:
            return Planted(lambda ask: self._noted(role, ask), name=role)

        def _noted(self, role: str, ask: Ask) -> str:
            if CASE.match(case_of(ask)):
                asked.append(role)
            return self._says(role, ask)

    for bound in ({"teacher"}, {"teacher", "judge"}):
        asked.clear()
        memory = start(tmp_path, train=10, held_out=20)
        workshop = Watched(Planted(), tmp_path)
        settings = {**SETTINGS, "prompts": 4, "operator_prompts": 2}
        go(
            memory,
            tmp_path,
            "scored-distillation",
            settings,
            workshop=workshop,
            bound=dict.fromkeys(bound, tmp_path),
        )
        assert set(asked) == ({"judge"} if "judge" in bound else {"teacher"})
