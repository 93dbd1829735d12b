"""What a corrector is told: a question and an answer to it, and no more (arXiv 2402.02416)."""

from experiments.alignment.types import Message, Prompt

WORDS = (
    "Question: {question}\n\nAnswer: {answer}\n\n"
    "Correct this answer where it is not right; leave it where it is. Write the answer alone."
)


def correcting(prompt: Prompt, answer: str) -> tuple[Message, ...]:
    """The corrector's prompt, in training and in use."""
    return (Message("user", WORDS.format(question=prompt.text, answer=answer)),)
