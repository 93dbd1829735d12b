"""An absolute score read from the probabilities of the score's digits, without any text (RLAIF, arXiv 2309.00267)."""

import math
from collections.abc import Sequence

from experiments.alignment.errors import ConfigError
from experiments.alignment.judges.rubrics import Rubric
from experiments.alignment.types import Message


def digits(rubric: Rubric) -> tuple[str, ...]:
    """Every whole score of the scale. Raises ConfigError for a scale that has more than one digit or parts of one."""
    if (
        rubric.low != int(rubric.low)
        or rubric.high != int(rubric.high)
        or not 0 <= rubric.low < rubric.high <= 9
    ):
        raise ConfigError(
            f"The rubric {rubric.name} goes from {rubric.low:g} to {rubric.high:g}; scores are read from probabilities "
            "on whole numbers within 0 and 9 alone."
        )
    return tuple(str(score) for score in range(int(rubric.low), int(rubric.high) + 1))


def digit_messages(rubric: Rubric, question: str, answer: str) -> tuple[Message, ...]:
    """The same case as for a written verdict, but the answer is to be the number alone."""
    system = f"You grade answers from {rubric.low:g} to {rubric.high:g}. {rubric.text} Answer with the number alone."
    shown = [
        message
        for example in rubric.examples
        for message in (
            Message("user", _case(example.question, example.answer)),
            Message("assistant", f"{example.score:g}"),
        )
    ]
    return (Message("system", system), *shown, Message("user", _case(question, answer)))


def _case(question: str, answer: str) -> str:
    return f"Question: {question}\nAnswer: {answer}\n\nGrade this answer."


def expected_score(scores: Sequence[str], logprobs: Sequence[float]) -> float:
    """Σ score · probability, from log-probabilities that sum to 1 over the scores."""
    return sum(float(score) * math.exp(logprob) for score, logprob in zip(scores, logprobs, strict=True))
