"""What a critic is told and how its critiques begin, and what an author is told who follows one."""

from collections.abc import Sequence

from experiments.alignment.types import Message

RIGHT, WRONG = "Right", "Wrong"
VERDICTS = (RIGHT, WRONG)
"""The first word of a critique; the rest says what is wrong."""
ASKED = (
    "Question: {question}\n\nAnswer: {answer}\n\n"
    "Is this answer right? Begin with Right or Wrong, and say in one sentence what is wrong with it."
)
REVISED = (
    "Question: {question}\n\nAnswer: {answer}\n\nFeedback: {critique}\n\n"
    "Write a better answer to the question that follows the feedback. Write the new answer alone."
)
NO_FLAW = f"{RIGHT}: nothing is wrong with it."


def criticising(question: str, answer: str) -> tuple[Message, ...]:
    """The critic's prompt, in training and in use."""
    return (Message("user", ASKED.format(question=question, answer=answer)),)


def revising(question: str, answer: str, critique: str) -> tuple[Message, ...]:
    """The author's prompt; the critique stands in it as it was said."""
    return (Message("user", REVISED.format(question=question, answer=answer, critique=critique)),)


def verdict_of(critique: str, verdicts: Sequence[str] = VERDICTS) -> str:
    """The verdict that a critique begins with, "" where it begins with none."""
    said = critique.strip().casefold()
    return next((verdict for verdict in verdicts if said.startswith(verdict.casefold())), "")
