"""Observers: people in whose place a model rates and comments on an answer. They are kinds of reader, not persons."""

from dataclasses import dataclass

from experiments.alignment.judges.quoting import NOTE
from experiments.alignment.seeds import digest


@dataclass(frozen=True, slots=True)
class Persona:
    """A reader by name and by what this reader cares about."""

    name: str
    cares: str


PERSONAS = (
    Persona("teacher", "whether the answer is right and does exactly what was asked"),
    Persona("editor", "whether the answer has the form that was asked for and no needless words"),
    Persona("newcomer", "whether somebody who knows nothing about it understands the answer"),
)


def rates(persona: Persona) -> str:
    """What an observer is told before it rates."""
    return (
        f"You are a {persona.name}. You care about {persona.cares}. {NOTE} "
        "Answer with one number from 1 to 7 alone."
    )


def comments(persona: Persona) -> str:
    """What an observer is told before it comments."""
    return f"You are a {persona.name}. You care about {persona.cares}. {NOTE} Say in one sentence what to change."


REVISES = (
    "Question: {question}\n\nAnswer: {answer}\n\nReaders said:\n{comments}\n\n"
    "Write a better answer to the question that follows the readers. Write the new answer alone."
)


def personas_sha256(personas: tuple[Persona, ...]) -> str:
    """The hash of all that observers and authors are told."""
    return digest([text for p in personas for text in (p.name, rates(p), comments(p))] + [REVISES])
