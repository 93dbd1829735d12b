"""How a model is asked for a new task, for a harder form of one, or for the task that a text answers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.alignment.types import Completion, Message

WRITER = "You write tasks for an assistant. Every task is one or two short sentences and unlike the others."
REWRITER = (
    "You rewrite tasks for an assistant. Write the rewritten task alone, in one or two short sentences."
)
BACKWARD = "You are shown a text. Write the instruction that it answers, and nothing else."
SEED_TAG = "Answer as a careful assistant does."
AUGMENTED_TAG = "Answer as a text that was found does."
"""System messages that tell training pairs apart by where they come from."""
CHATTER = re.compile(r"\A\W*(?:here is|here's|sure|certainly|of course)\b[^\n:]*:\s*", re.IGNORECASE)
LABEL = re.compile(
    r"\A\W*(?:(?:the )?(?:re-?written |new )?(?:task|instruction|prompt)\s*\d*\s*[:.)]|\d+\s*[.)])[*_\s]*",
    re.IGNORECASE,
)
MARKS = " \t*`"
QUOTES = ('""', "''", "“”")


def read_instruction(text: str) -> str:
    """The first line of what was written, without "Task 9:" before it and quotes around it."""
    line = _bare(text).split("\n", 1)[0].strip(MARKS)
    return line[1:-1].strip() if line[:1] + line[-1:] in QUOTES and len(line) > 1 else line


def whole(written: Completion) -> bool:
    """Whether the instruction in it was not cut off: it came to its end, or something else follows it."""
    return written.stop == "end" or "\n" in _bare(written.text)


def _bare(text: str) -> str:
    return LABEL.sub("", CHATTER.sub("", text.strip())).strip()


def new_task_messages(examples: Sequence[str]) -> tuple[Message, ...]:
    """The examples as turns that were answered already, and the request for one more."""
    shown = [
        message
        for number, example in enumerate(examples, start=1)
        for message in (Message("user", f"Task {number}:"), Message("assistant", example))
    ]
    return (Message("system", WRITER), *shown, Message("user", f"Task {len(examples) + 1}:"))


@dataclass(frozen=True, slots=True)
class Operator:
    """One way to evolve a task: what is asked, with an example. In breadth the new task is another one."""

    name: str
    asks: str
    before: str
    after: str
    breadth: bool = False


OPERATORS = (
    Operator(
        "constraint",
        "Add one more requirement to the task.",
        "Name three rivers.",
        "Name three rivers that flow through more than one country.",
    ),
    Operator(
        "deepen",
        "Make the task ask about its subject in more depth.",
        "Why do leaves fall?",
        "Why do leaves fall in autumn, and what does the tree gain by it?",
    ),
    Operator(
        "concretise",
        "Replace general words of the task by more specific ones.",
        "Write a sentence about an animal.",
        "Write a sentence about an old sheepdog on a hill farm.",
    ),
    Operator(
        "reasoning",
        "Change the task so that it needs several steps of reasoning.",
        "What is 4 + 5?",
        "What is 4 + 5, and by how much is that less than 20?",
    ),
    Operator(
        "breadth",
        "Write another task of the same kind about something rarer.",
        "Describe a football match.",
        "Describe a night market on an island.",
        breadth=True,
    ),
)
NAMES = tuple(operator.name for operator in OPERATORS)


def evolving_messages(operator: Operator, instruction: str) -> tuple[Message, ...]:
    """The request with its example as a turn that was answered already."""
    example = (Message("user", _request(operator, operator.before)), Message("assistant", operator.after))
    return (Message("system", REWRITER), *example, Message("user", _request(operator, instruction)))


def _request(operator: Operator, instruction: str) -> str:
    return f"{operator.asks}\nTask: {instruction}\nRewritten task:"


def backward_messages(text: str) -> tuple[Message, ...]:
    """What the backward model reads: a text, of which it writes the instruction."""
    return (Message("system", BACKWARD), Message("user", text))


def asked_of(messages: Sequence[Message]) -> str:
    """The last thing that the user says in a conversation."""
    return next((m.content for m in reversed(messages) if m.role == "user"), "")


def asking(messages: tuple[Message, ...], instruction: str) -> tuple[Message, ...]:
    """The same conversation with another instruction in the place of the user's last one."""
    last = max((place for place, message in enumerate(messages) if message.role == "user"), default=None)
    if last is None:
        return (*messages, Message("user", instruction))
    return (*messages[:last], Message("user", instruction))
