"""What samples teach a scripted model: right ones raise its skill, wrong ones lower it."""

import math
from collections.abc import Sequence

from experiments.alignment.sample_kinds import (
    Demonstration,
    Label,
    Preference,
    Rollout,
    Sample,
    Steps,
    Unpaired,
)
from experiments.alignment.scripted_answers import is_right

MOST_SKILL = 0.98


def words(sample: Sample) -> int:
    """The words of a sample's answers, which are a script's tokens; 1 for a label."""
    texts = [getattr(sample, name, "") for name in ("answer", "chosen", "rejected")]
    return sum(len(text.split()) for text in (*texts, *getattr(sample, "steps", ()))) or 1


def taught(skill: float, samples: Sequence[Sample]) -> float:
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
    match sample:
        case Demonstration():
            return 1.0 if is_right(question, sample.answer) else -1.0
        case Preference():
            return float(is_right(question, sample.chosen)) - float(is_right(question, sample.rejected))
        case Rollout():
            return math.tanh(sample.advantage) * (1.0 if is_right(question, sample.answer) else -1.0)
        case Label():
            right = [
                p
                for option, p in zip(sample.options, sample.target, strict=True)
                if is_right(question, option)
            ]
            return 2 * sum(right) - 1 if right else 0.0
        case Unpaired():
            return 1.0 if is_right(question, sample.answer) == sample.good else -1.0
        case Steps():
            said = (sample.labels[-1] or 0.0) > 0.5
            return 1.0 if is_right(question, "".join(sample.steps)) == said else -1.0
