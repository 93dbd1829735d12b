"""Simulated people of a consultation: kinds of person with different wishes. They are nobody, and pages say so."""

from experiments.alignment.prompts.personas import Persona
from experiments.alignment.types import Message

PEOPLE = (
    Persona("a nurse", "being told plainly when something is dangerous"),
    Persona("a pupil", "being helped to find the answer without being given it"),
    Persona("a shop owner", "short answers that cost no time"),
    Persona("a journalist", "sources, and being told what is not known"),
    Persona("a grandparent", "patience, politeness and plain words"),
    Persona("a programmer", "exact answers without warnings"),
    Persona("a teacher", "explanations that lead step by step"),
    Persona("a lawyer", "careful words and no advice beyond what is certain"),
    Persona("an artist", "ideas that surprise, even when they are not safe"),
    Persona("a farmer", "advice that works in practice"),
    Persona("a parent", "answers that are fit for children"),
    Persona("a traveller", "respect for other customs"),
)
VOTES = ("agree", "disagree", "pass")
VALUES = {"agree": 1, "disagree": -1, "pass": 0}


def asks_statement(person: Persona, question: str) -> tuple[Message, ...]:
    """What a simulated person is told before it proposes a rule."""
    system = f"You are {person.name}. You care about {person.cares}. Answer with one rule in one sentence."
    return (Message("system", system), Message("user", f"{question} Begin with: The answer should"))


def asks_vote(person: Persona, question: str, statement: str) -> tuple[Message, ...]:
    """What a simulated person is told before it votes."""
    system = f"You are {person.name}. You care about {person.cares}. Answer with one word: agree, disagree or pass."
    return (
        Message("system", system),
        Message("user", f"{question}\n\nSomebody proposes: {statement}\n\nYour vote?"),
    )
