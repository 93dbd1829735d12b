"""A model that follows a script: quick, deterministic and of known skill, for trying a recipe without a real
one.

A scripted checkpoint is a directory with one small JSON file, so it is stored, passed on and retrained like
any other. Runs on it are marked as simulated.
"""

import json
import math
import os
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from experiments.alignment.errors import ModelError
from experiments.alignment.learners import LearnerSpec
from experiments.alignment.ports import Check, Progress
from experiments.alignment.scripted_answers import is_right, right_answer, wrong_answer
from experiments.alignment.seeds import digest, seed_at
from experiments.alignment.types import (
    Ask,
    Capability,
    Checkpoint,
    Completion,
    Demonstration,
    Preference,
    Sample,
    Trained,
)

FILE = "scripted.json"
MOST_SKILL = 0.98
PLAIN_WORDS = 4
"""Length of an answer at which a judge's bias for words neither helps nor harms."""
CASE = re.compile(r"\AQuestion: (?P<question>.*)\nAnswer: (?P<answer>.*)\n\nGrade this answer\.\Z", re.DOTALL)


@dataclass(frozen=True)
class Script:
    """How a scripted model behaves.

    `skill` is the chance of a right answer. As a judge it gives 4 to right and 1 to wrong answers, plus
    `judge_bias` for each word beyond four, plus noise of standard deviation `judge_noise`, rounded and held
    within 0 and 5; `judge_unparsable` is the share of verdicts without a score, `silent` that of empty
    answers of any kind. `delay_seconds` is how long each answer and each training step takes; `steps` are
    those that made it.
    """

    skill: float = 0.3
    judge_bias: float = 0.0
    judge_noise: float = 0.5
    judge_unparsable: float = 0.0
    silent: float = 0.0
    delay_seconds: float = 0.0
    steps: int = 0

    @property
    def sha256(self) -> str:
        return digest([json.dumps(asdict(self), sort_keys=True)])

    def save(self, directory: Path) -> Path:
        """Writes the checkpoint into a directory; the file is whole or not there."""
        directory.mkdir(parents=True, exist_ok=True)
        beside = directory / f"{FILE}.{os.getpid()}"
        beside.write_text(json.dumps(asdict(self), sort_keys=True))
        beside.replace(directory / FILE)
        return directory


def load_script(directory: Path) -> Script:
    """The script of a checkpoint directory. Raises ModelError when it holds none."""
    try:
        return Script(**json.loads((directory / FILE).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(
            f"{directory.name} is not a scripted model: it needs a {FILE} with known settings."
        ) from error


@dataclass(frozen=True)
class ScriptedPolicy:
    """Answers by its script. A greedy answer depends on prompt and skill alone, a sampled one on the ask's
    seed too.
    """

    script: Script
    name: str = "scripted"
    capabilities: frozenset[Capability] = frozenset({"generate"})

    def generate(self, asks: Sequence[Ask], check: Check) -> list[Completion]:
        """One completion an ask, in order; `check` is called before each and every 50 ms of its delay."""
        return [self._answer(ask, check) for ask in asks]

    def score(self, prompt: Sequence[Ask], continuations: Sequence[str], check: Check) -> list[float]:
        """Raises ModelError: a script has no probabilities."""
        raise ModelError("A scripted model gives no log-probabilities; choose a real one for this recipe.")

    def _answer(self, ask: Ask, check: Check) -> Completion:
        _wait(self.script.delay_seconds, check)
        question = ask.messages[-1].content
        text = self._text(question, ask.seed if ask.temperature > 0 else None)
        words = text.split(" ") if text else []
        cut = len(words) > ask.max_tokens
        return Completion(
            " ".join(words[: ask.max_tokens]),
            min(len(words), ask.max_tokens),
            None,
            "length" if cut else "end",
        )

    def _text(self, question: str, seed: int | None) -> str:
        if _chance("silent", question, seed) < self.script.silent:
            return ""
        case = CASE.match(question)
        if case:
            return self._verdict(case["question"], case["answer"], seed)
        answer = right_answer if _chance("skill", question, seed) < self.script.skill else wrong_answer
        return answer(question, seed or 0)

    def _verdict(self, question: str, answer: str, seed: int | None) -> str:
        place = (question, answer, seed)
        if _chance("unparsable", *place) < self.script.judge_unparsable:
            return "I would rather not say."
        score = 4.0 if is_right(question, answer) else 1.0
        score += self.script.judge_bias * (
            len(answer.split()) - PLAIN_WORDS
        ) + self.script.judge_noise * _normal(*place)
        return f"I looked at the answer.\nScore: {min(5, max(0, round(score)))}"


@dataclass(frozen=True)
class ScriptedWorkshop:
    """Loads and trains scripted checkpoints below a directory; `bound` are the models that play other
    roles.
    """

    directory: Path
    bound: Mapping[str, Path] = field(default_factory=dict)

    def policy(self, role: str, checkpoint: Checkpoint | None) -> ScriptedPolicy:
        """The policy of a checkpoint, or of the model bound to the role."""
        if checkpoint is not None:
            return ScriptedPolicy(script_of(checkpoint))
        if role not in self.bound:
            raise ModelError(f"No scripted model plays the role {role}; bind one at launch.")
        return ScriptedPolicy(load_script(self.bound[role]), name=self.bound[role].name)

    def learn(
        self,
        spec: LearnerSpec,
        samples: Sequence[Sample],
        init: Checkpoint,
        reference: Checkpoint,
        seed: int,
        check: Check,
        progress: Progress,
    ) -> Trained:
        """Counts what the samples teach and writes a checkpoint of the skill that follows."""
        before = script_of(init)
        steps = math.ceil(len(samples) / spec.batch_size) * spec.epochs
        for step in range(steps):
            _wait(before.delay_seconds, check)
            progress(step + 1, steps)
        after = replace(before, skill=_taught(before.skill, samples), steps=steps)
        path = after.save(self.directory / after.sha256)
        figures = {"skill_before": before.skill, "skill_after": after.skill}
        return Trained(Checkpoint(after.sha256, init.model, (path,)), steps, figures)


def script_of(checkpoint: Checkpoint) -> Script:
    """The script of a checkpoint: its last adapter's, else its model's. Raises ModelError when there is
    none.
    """
    paths = [path for path in (checkpoint.model, *checkpoint.adapters) if path is not None]
    if not paths:
        raise ModelError("The checkpoint names no directory.")
    return load_script(paths[-1])


def _taught(skill: float, samples: Sequence[Sample]) -> float:
    """Right demonstrations and right preferences raise the skill, wrong ones lower it, more samples do so
    more.
    """
    lessons = [_lesson(sample) for sample in samples]
    weight = 1 - math.exp(-len(lessons) / 100)
    lesson = sum(lessons) / len(lessons)
    target = MOST_SKILL if lesson > 0 else 0.0
    return skill + (target - skill) * abs(lesson) * weight


def _lesson(sample: Sample) -> float:
    question = sample.prompt[-1].content
    if isinstance(sample, Demonstration):
        return 1.0 if is_right(question, sample.answer) else -1.0
    assert isinstance(sample, Preference)
    return float(is_right(question, sample.chosen)) - float(is_right(question, sample.rejected))


def _wait(seconds: float, check: Check) -> None:
    check()
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, 0.05))
        check()


def _chance(*place: object) -> float:
    return seed_at("script", *place) / 2**63


def _normal(*place: object) -> float:
    radius = math.sqrt(-2 * math.log(1 - _chance("radius", *place)))
    return radius * math.cos(2 * math.pi * _chance("angle", *place))
