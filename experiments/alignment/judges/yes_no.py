"""Self-evaluation by a yes or no, read from the probabilities of two letters in both orders."""

import math
from collections.abc import Sequence

from experiments.alignment.judges.pairwise import LETTERS
from experiments.alignment.judges.quoting import NOTE, quoted
from experiments.alignment.ports import Check, Policy
from experiments.alignment.types import Ask, Message

VERSION = 2
CRITERION = "The answer does exactly what was asked, and nothing in it is wrong."
ORDERS = (("yes", "no"), ("no", "yes"))


def yes_messages(
    question: str, answer: str, order: int, criterion: str = CRITERION, partial: bool = False
) -> tuple[Message, ...]:
    """One presentation; `order` 0 names yes first. `partial` says that the answer goes on. Both texts are quoted."""
    first, second = ORDERS[order]
    begun = "The answer is not finished; judge what is there. " if partial else ""
    system = f"You check answers. {NOTE} {begun}Answer with the letter A or B alone."
    case = f"Question: {quoted(question)}\n\nAnswer: {quoted(answer)}"
    asked = f"{case}\n\n{criterion} Is that so?\nA: {first}\nB: {second}"
    return Message("system", system), Message("user", asked)


def yes_chances(
    policy: Policy,
    cases: Sequence[tuple[str, str]],
    check: Check,
    criterion: str = CRITERION,
    partial: bool = False,
) -> list[tuple[float, float]]:
    """For each question and answer the probability of yes in both orders; their mean has no liking for a letter."""
    asks = [
        Ask(yes_messages(question, answer, order, criterion, partial), 1)
        for question, answer in cases
        for order in (0, 1)
    ]
    chances = policy.choose(asks, [LETTERS] * len(asks), check)
    pairs = zip(chances[::2], chances[1::2], strict=True)
    return [(math.exp(yes_first[0]), math.exp(no_first[1])) for yes_first, no_first in pairs]
