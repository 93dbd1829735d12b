"""Rubrics: what a judge is told, versioned and hashed, and how its score is read from free text."""

import re
from dataclasses import asdict, dataclass

from experiments.alignment.seeds import digest
from experiments.alignment.types import Message


@dataclass(frozen=True, slots=True)
class Example:
    """A graded answer that shows a judge the form; `score` lies within the rubric's scale."""

    question: str
    answer: str
    critique: str
    score: float


@dataclass(frozen=True, slots=True)
class Rubric:
    """A scale from `low` to `high`, the words that explain it and graded examples. The hash covers all of
    it.
    """

    name: str
    version: int
    text: str
    low: float
    high: float
    examples: tuple[Example, ...] = ()

    @property
    def sha256(self) -> str:
        return digest([f"{key}={value}" for key, value in sorted(asdict(self).items())])

    @property
    def source(self) -> str:
        """How signals name it: name, version and the beginning of its hash."""
        return f"{self.name} v{self.version} {self.sha256[:12]}"


QUALITY = Rubric(
    name="quality",
    version=1,
    text=(
        "Give one point for each that is true: "
        "the answer is about the question; it does what was asked; it is right; "
        "it is clear and complete; it says nothing needless."
    ),
    low=0,
    high=5,
    # Different scores, the lowest first and a middle one last: a small model that sees one example repeats its
    # score, and two let it run on into numbers that are not on the scale.
    examples=(
        Example(
            "Name a fruit that is yellow. Use one word.",
            "Yellow fruit is good and I like it.",
            "It names no fruit and uses too many words.",
            1,
        ),
        Example(
            "Write one sentence about cows. Start with the word Cows.",
            "Cows eat grass in the fields.",
            "It is one clear sentence about cows and starts with the right word.",
            5,
        ),
        Example("Name two colours.", "Red.", "It names a colour, but only one.", 3),
    ),
)
RUBRICS = {rubric.name: rubric for rubric in (QUALITY,)}


def judge_messages(rubric: Rubric, question: str, answer: str) -> tuple[Message, ...]:
    """A conversation of its own, apart from the author's: the scale, the examples as turns, the case last."""
    system = (
        f"You grade answers from {rubric.low:g} to {rubric.high:g}. {rubric.text} "
        'Write one sentence that says what is good or bad, then a line "Score: " with one number.'
    )
    shown = [message for example in rubric.examples for message in _shown(example)]
    return (Message("system", system), *shown, Message("user", _case(question, answer)))


def _shown(example: Example) -> tuple[Message, Message]:
    case = Message("user", _case(example.question, example.answer))
    return case, Message("assistant", f"{example.critique}\nScore: {example.score:g}")


def _case(question: str, answer: str) -> str:
    return f"Question: {question}\nAnswer: {answer}\n\nGrade this answer."


VERDICT = re.compile(r"\bscore\b[*_\"'`]*\s*(?:is|of)?\s*[:=]?\s*[*_\"'`]*\s*", re.IGNORECASE)
NUMBER = re.compile(r"([-+]?[0-9]+(?:\.[0-9]+)?)[*_\"'`]*(?:\s*(?:/|out of)\s*([0-9]+(?:\.[0-9]+)?))?")
UNCLEAR = re.compile(r"[0-9,.]?[0-9a-zA-Z%]|\s*(?:-|–|to\b|or\b)\s*[0-9]")


@dataclass(frozen=True, slots=True)
class ReadScore:
    """A score read from a judge's text with the critique before it; without a score, the reason why."""

    value: float | None
    critique: str
    reason: str = ""


def read_score(text: str, low: float, high: float) -> ReadScore:
    """The last verdict of the text decides, whatever was said before; one that is unclear is not a score.

    A verdict is the word "score" followed by a number, with or without a colon, "is", emphasis, "/5" or "out
    of 5".
    """
    verdicts = list(VERDICT.finditer(text))
    if not verdicts:
        return ReadScore(None, text.strip(), "no score in the text")
    last = verdicts[-1]
    critique = text[: last.start()].strip(" \n*_\"'`#")
    number = NUMBER.match(text, last.end())
    if number is None:
        return ReadScore(None, critique, "the last score is not a number")
    if UNCLEAR.match(text, number.end()):
        return ReadScore(None, critique, "the last score is not one clear number")
    return _in_range(float(number[1]), number[2], critique, low, high)


def _in_range(value: float, most: str | None, critique: str, low: float, high: float) -> ReadScore:
    if most is not None and float(most) != high:
        return ReadScore(None, critique, f"the last score is out of {most}, not out of {high:g}")
    if not low <= value <= high:
        return ReadScore(None, critique, f"the last score is not between {low:g} and {high:g}")
    return ReadScore(value, critique)
