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

from experiments.alignment.composition import BUILT_IN
from experiments.alignment.contexts import commit, read_statements
from experiments.alignment.errors import ModelError
from experiments.alignment.learners import CommitContext, Extrapolate, Lesson, RewardModel, StepVerifier
from experiments.alignment.ports import Check, Policy, Progress
from experiments.alignment.scripted_answers import is_right, right_answer, rule_against, wrong_answer
from experiments.alignment.scripted_lessons import taught, words
from experiments.alignment.seeds import chance, digest, seed_at
from experiments.alignment.types import Ask, Capability, Checkpoint, Completion, Trained

FILE = "scripted.json"
FAVOURITE = 0.75
"""Chance of the option that a scripted model prefers among a closed list."""
PLAIN_WORDS = 4
"""Length of an answer at which a judge's bias for words neither helps nor harms."""
CASE = re.compile(r"\AQuestion: (?P<question>.*)\nAnswer: (?P<answer>.*)\n\nGrade this answer\.\Z", re.DOTALL)
FINDING = re.compile(
    r"\AQuestion: (?P<question>.*)\n\nAnswer: (?P<answer>.*)\n\nDoes this answer do anything wrong", re.DOTALL
)


@dataclass(frozen=True)
class Script:
    """How a scripted model behaves.

    `skill` is the chance of a right answer. As a judge it gives 4 to right and 1 to wrong answers, plus
    `judge_bias` for each word beyond four, plus noise of standard deviation `judge_noise`, rounded and held
    within 0 and 5; `judge_unparsable` is the share of verdicts without a score, `silent` that of empty
    answers of any kind. `delay_seconds` is how long each answer and each training step takes; `steps` are
    those that made it, `rewards` says that it was fitted as a reward model.
    """

    skill: float = 0.3
    judge_bias: float = 0.0
    judge_noise: float = 0.5
    judge_unparsable: float = 0.0
    silent: float = 0.0
    delay_seconds: float = 0.0
    steps: int = 0
    rewards: bool = False

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

    @property
    def capabilities(self) -> frozenset[Capability]:
        known: frozenset[Capability] = frozenset({"generate", "next_token", "guide"})
        return known | {"reward"} if self.script.rewards else known

    def generate(self, asks: Sequence[Ask], check: Check) -> list[Completion]:
        """One completion an ask, in order; `check` is called before each and every 50 ms of its delay."""
        return [self._answer(ask, check) for ask in asks]

    def score(self, prompt: Sequence[Ask], continuations: Sequence[str], check: Check) -> list[float]:
        """Raises ModelError: a script has no probabilities."""
        raise ModelError("A scripted model gives no log-probabilities; choose a real one for this recipe.")

    def choose(
        self, asks: Sequence[Ask], options: Sequence[tuple[str, ...]], check: Check
    ) -> list[tuple[float, ...]]:
        """By its skill the right option, where one is right, else any: it gets three quarters of the chance."""
        return [self._choice(ask, some, check) for ask, some in zip(asks, options, strict=True)]

    def _choice(self, ask: Ask, options: tuple[str, ...], check: Check) -> tuple[float, ...]:
        _wait(self.script.delay_seconds, check)
        question = ask.messages[-1].content
        right = [option for option in options if is_right(question, option)]
        able = bool(right) and _chance("skill", question, None) < self.script.skill
        favourite = right[0] if able else options[seed_at("any", question, *options) % len(options)]
        rest = math.log((1 - FAVOURITE) / max(1, len(options) - 1))
        return tuple(math.log(FAVOURITE) if option == favourite else rest for option in options)

    def reward(self, asks: Sequence[Ask], answers: Sequence[str], check: Check) -> list[float]:
        """1 for a right answer and 0 for a wrong one, with the judge's noise."""
        return [
            float(is_right(ask.messages[-1].content, answer))
            + self.script.judge_noise * _normal("reward", ask.messages[-1].content, answer)
            for ask, answer in zip(asks, answers, strict=True)
        ]

    def generate_guided(
        self, asks: Sequence[Ask], guide: Policy, top_k: int, weight: float, check: Check
    ) -> list[Completion]:
        """Of `top_k` draws the one of the highest weighted reward: whole answers, where a model steers every word.

        The first draw is the plain answer, which stays at weight 0. A greedy ask is drawn too.
        """
        return [self._guided(ask, guide, top_k, weight, check) for ask in asks]

    def _guided(self, ask: Ask, guide: Policy, top_k: int, weight: float, check: Check) -> Completion:
        others = [replace(ask, temperature=1.0, seed=seed_at("guided", ask.seed, i)) for i in range(1, top_k)]
        drawn = self.generate([ask, *others], check)
        rewards = guide.reward([ask] * len(drawn), [answer.text for answer in drawn], check)
        return max(zip(drawn, rewards, strict=True), key=lambda pair: weight * pair[1])[0]

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
        found = FINDING.match(question)
        if found:
            return self._finding(found["question"], found["answer"], seed)
        answer = right_answer if _chance("skill", question, seed) < self.script.skill else wrong_answer
        return answer(question, seed or 0)

    def _finding(self, question: str, answer: str, seed: int | None) -> str:
        """Asked for violations, it overlooks a wrong answer as often as it would give one."""
        if is_right(question, answer) or _chance("finding", question, answer, seed) >= self.script.skill:
            return "No violation."
        return f"Violation: The answer is wrong.\nRule: {rule_against(question)}"

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
        """The policy of a checkpoint, or of the model bound to the role; a built-in role is played by a script."""
        if checkpoint is not None:
            return ScriptedPolicy(script_of(checkpoint), name=role)
        if role in BUILT_IN:
            return ScriptedPolicy(Script(), name=role)
        if role not in self.bound:
            raise ModelError(f"No scripted model plays the role {role}; bind one at launch.")
        return ScriptedPolicy(load_script(self.bound[role]), name=self.bound[role].name)

    def statements(self, checkpoint: Checkpoint) -> tuple[str, ...]:
        return read_statements(checkpoint)

    def learn(self, lesson: Lesson, check: Check, progress: Progress) -> Trained:
        """Counts what the samples teach and writes a checkpoint of the skill that follows."""
        spec, samples = lesson.spec, lesson.samples
        if isinstance(spec, CommitContext):
            return commit(spec, samples, lesson.init, self.directory)
        if isinstance(spec, Extrapolate):
            return self._extrapolated(spec.alpha, lesson)
        before = script_of(lesson.init)
        steps = math.ceil(len(samples) / spec.batch_size) * spec.epochs
        for step in range(steps):
            _wait(before.delay_seconds, check)
            progress(step + 1, steps)
        after = replace(before, skill=taught(before.skill, samples), steps=steps)
        if isinstance(spec, RewardModel | StepVerifier):
            after = replace(after, rewards=True)
        path = after.save(self.directory / after.sha256)
        figures = {
            "skill_before": before.skill,
            "skill_after": after.skill,
            "tokens": float(spec.epochs * sum(map(words, samples))),
        }
        return Trained(Checkpoint(after.sha256, lesson.init.model, (path,)), steps, figures)

    def _extrapolated(self, alpha: float, lesson: Lesson) -> Trained:
        """The skill gone on in the direction in which it changed, within 0 and 1."""
        before, after = script_of(lesson.reference), script_of(lesson.init)
        skill = after.skill + alpha * (after.skill - before.skill)
        made = replace(after, skill=min(1.0, max(0.0, skill)))
        path = made.save(self.directory / made.sha256)
        return Trained(Checkpoint(made.sha256, lesson.init.model, (path,)), 1, {"alpha": alpha})


def script_of(checkpoint: Checkpoint) -> Script:
    """The script of a checkpoint: its last adapter's, else its model's. Raises ModelError when there is
    none.
    """
    paths = [path for path in (checkpoint.model, *checkpoint.adapters) if path is not None]
    if not paths:
        raise ModelError("The checkpoint names no directory.")
    return load_script(paths[-1])


def _wait(seconds: float, check: Check) -> None:
    check()
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, 0.05))
        check()


def _chance(*place: object) -> float:
    return chance("script", *place)


def _normal(*place: object) -> float:
    radius = math.sqrt(-2 * math.log(1 - _chance("radius", *place)))
    return radius * math.cos(2 * math.pi * _chance("angle", *place))
