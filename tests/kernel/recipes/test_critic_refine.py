"""A critic and refinements: a critic that finds flaws helps, one that calls everything wrong spoils right answers."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from experiments.alignment.contexts import read_statements
from experiments.alignment.learners import Critic, Lesson
from experiments.alignment.memory import Memory
from experiments.alignment.ports import Check, Progress
from experiments.alignment.prompts.criticising import NO_FLAW, RIGHT, VERDICTS, WRONG, verdict_of
from experiments.alignment.scripted import ScriptedWorkshop
from experiments.alignment.scripted_answers import is_right, right_answer
from experiments.alignment.types import Ask, Checkpoint, Trained
from tests.kernel.planted import Planted
from tests.kernel.runs import go, metric, start

SETTINGS = {
    "iterations": 1, "prompts": 20, "probe_prompts": 40, "gold_prompts": 10, "operator_prompts": 40, "samples": 2,
}  # fmt: skip
CASE = re.compile(r"Question: (?P<question>.*?)\n\nAnswer: (?P<answer>.*?)\n\n", re.S)


@dataclass
class Speaker(Planted):
    """Answers half of the questions rightly; as a critic it speaks by `judges`; it follows a critique to the letter.

    Half of its refinements take up the words of the critique; where it is stubborn, it repeats what it said.
    """

    judges: str = "well"

    def generate(self, asks: Sequence[Ask], check: Check) -> Any:
        self.says = self._say
        return super().generate(asks, check)

    def choose(self, asks: Sequence[Ask], options: Any, check: Check) -> list[tuple[float, ...]]:
        assert set(options) == {VERDICTS}
        sure = [0.9 if self._verdict(ask) == RIGHT else 0.1 for ask in asks]
        return [(math.log(p), math.log(1 - p)) for p in sure]

    def _say(self, ask: Ask) -> str:
        told = ask.messages[-1].content
        case = CASE.match(told)
        if case is None:
            number = int(re.findall(r"\d+", told)[1])
            return right_answer(told, 0) if number % 2 else "The answer is 0."
        if "Feedback:" not in told:
            return {RIGHT: NO_FLAW, WRONG: f"{WRONG}: it is too low."}[self._verdict(ask)]
        if self.judges == "stubborn":
            return case["answer"]
        was_right = is_right(case["question"], case["answer"])
        mended = "The answer is 0." if was_right else right_answer(case["question"], 0)
        return f"it is not too low: {mended}" if ask.seed % 2 else mended

    def _verdict(self, ask: Ask) -> str:
        case = CASE.match(ask.messages[-1].content)
        assert case is not None
        if self.judges == "all wrong":
            return WRONG
        return RIGHT if is_right(case["question"], case["answer"]) else WRONG


@dataclass(frozen=True)
class Critics:
    """Before it is trained the critic calls everything wrong; training makes it one that judges `after`."""

    directory: Path
    after: str = "well"
    lessons: list[Lesson] = field(default_factory=list)

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Speaker:
        trained = self.after == "stubborn" or (checkpoint is not None and bool(checkpoint.adapters))
        return Speaker(name=role, judges=self.after if trained else "all wrong")

    def statements(self, checkpoint: Checkpoint) -> tuple[str, ...]:
        return read_statements(checkpoint)

    def learn(self, lesson: Lesson, check: Check, progress: Progress) -> Trained:
        self.lessons.append(lesson)
        return ScriptedWorkshop(self.directory).learn(lesson, check, progress)


def run(tmp_path: Path, after: str = "well", **settings: Any) -> tuple[Memory, Critics]:
    memory, workshop = start(tmp_path, settings.get("prompts", 20), 40), Critics(tmp_path, after)
    return go(memory, tmp_path, "critic-refine", SETTINGS | settings, workshop=workshop), workshop


def test_a_critic_that_finds_flaws_lets_refinements_mend_and_spoil_nothing(tmp_path: Path) -> None:
    memory, _ = run(tmp_path)
    assert metric(memory, 1, "flaw_recall").value == 1.0
    assert metric(memory, 1, "false_alarms").value == 0.0
    assert metric(memory, 1, "critique_precision").value == 1.0
    assert metric(memory, 1, "fixes").value == pytest.approx(0.5, abs=0.1)
    assert metric(memory, 1, "breaks").value == 0.0
    assert metric(memory, 1, "operator_gain").low > 0
    assert metric(memory, 1, "operator_against_control").low > 0


def test_a_critic_that_calls_everything_wrong_has_the_best_recall_and_is_worth_nothing(
    tmp_path: Path,
) -> None:
    memory, _ = run(tmp_path, "all wrong")
    assert metric(memory, 1, "flaw_recall").value == 1.0
    assert metric(memory, 1, "false_alarms").value == 1.0
    assert metric(memory, 1, "critique_precision").value == pytest.approx(0.5, abs=0.1)
    assert metric(memory, 1, "operator_gain").low <= 0 <= metric(memory, 1, "operator_gain").high


def seeded(workshop: Critics) -> list[tuple[str, str, str]]:
    """Question, answer and critique of all that the critic was taught."""
    [lesson] = [lesson for lesson in workshop.lessons if isinstance(lesson.spec, Critic)]
    assert lesson.spec.makes == "critic"
    cases = [(CASE.match(sample.prompt[-1].content), sample.answer) for sample in lesson.samples]
    return [(case["question"], case["answer"], critique) for case, critique in cases if case]


@pytest.mark.parametrize("flaws", ["own", "reference"])
def test_the_critic_learns_flaws_without_the_right_answer(tmp_path: Path, flaws: str) -> None:
    _, workshop = run(tmp_path, flaws=flaws, held_back=0.0)
    taught = seeded(workshop)
    assert len(taught) == 40
    for question, answer, critique in taught:
        assert (verdict_of(critique) == RIGHT) == is_right(question, answer)
        assert not re.search(r"\d", critique)


def test_the_wording_of_a_case_does_not_say_whether_it_is_right(tmp_path: Path) -> None:
    _, workshop = run(tmp_path, held_back=0.0)
    forms = {RIGHT: Counter[str](), WRONG: Counter[str]()}
    for _, answer, critique in seeded(workshop):
        forms[verdict_of(critique)][re.sub(r"\d+", "#", answer)] += 1
    assert forms[RIGHT] == forms[WRONG]
    assert len(forms[RIGHT]) == 2


def test_the_critic_is_examined_on_prompts_that_it_has_not_learned_from(tmp_path: Path) -> None:
    memory, workshop = run(tmp_path, held_back=0.5, prompts=60)
    learned = {question for question, *_ in seeded(workshop)}
    examined = {g.prompt.text for g in memory.groups[1, 1, "train"].values() if g.signals}
    assert examined
    assert not learned & examined
    assert len(learned) + len(examined) == 60
    found = {
        name: metric(memory, 1, f"seeded_{name}", "train") for name in ("recall", "false_alarms", "precision")
    }
    assert {name: one.value for name, one in found.items()} == {
        "recall": 1.0,
        "false_alarms": 0.0,
        "precision": 1.0,
    }
    assert found["recall"].n == len(examined)


def test_a_critic_that_calls_everything_wrong_has_the_precision_of_chance(tmp_path: Path) -> None:
    memory, _ = run(tmp_path, "all wrong", held_back=0.5, prompts=60)
    assert metric(memory, 1, "seeded_false_alarms", "train").value == 1.0
    assert metric(memory, 1, "seeded_precision", "train").value == 0.5


def test_refinements_that_ignore_the_critique_are_counted(tmp_path: Path) -> None:
    heeded, _ = run(tmp_path / "heeded")
    ignored, _ = run(tmp_path / "ignored", "stubborn")
    assert metric(heeded, 1, "critiques_ignored").value == 0.0
    assert metric(ignored, 1, "critiques_ignored").value == 1.0
    assert metric(ignored, 1, "revision_unchanged").value == 1.0
    assert metric(ignored, 1, "critique_likeness").value == 0.0


def test_by_likeness_the_refinement_is_chosen_that_takes_up_the_critique(tmp_path: Path) -> None:
    memory, _ = run(tmp_path, chooses="likeness")
    groups = memory.groups[1, 2, "train"].values()
    heeding = [g for g in groups if any("too low" in candidate.text for candidate in g.candidates)]
    kept = [g.candidates[s.about[0]] for g in heeding for s in g.selections if s.fate == "kept"]
    assert len(kept) > 3
    assert all(one.index and "too low" in one.text for one in kept)
    assert metric(memory, 1, "critique_likeness").low > 0.1


def test_the_policy_learns_the_refinement_that_the_critic_likes_best(tmp_path: Path) -> None:
    memory, workshop = run(tmp_path)
    learned = [lesson for lesson in workshop.lessons if lesson.spec.role == "policy"]
    answers = [(sample.prompt[-1].content, sample.answer) for sample in learned[0].samples]
    assert answers
    assert all(is_right(*pair) for pair in answers)
    left = [g for g in memory.groups[1, 2, "train"].values() if len(g.candidates) == 1]
    assert all(g.signals[0].label == RIGHT for g in left)


def test_without_training_the_policy_itself_is_the_critic(tmp_path: Path) -> None:
    memory, workshop = run(tmp_path, train_critic=False)
    assert not any(isinstance(lesson.spec, Critic) for lesson in workshop.lessons)
    assert metric(memory, 0, "false_alarms").value == 1.0
