"""Adversarial taboo: what its two players are told, and the rules by which code decides who has won.

The attacker knows a secret word and talks so that the defender says it unawares; the defender tries to find out
which word it is and to name it knowingly (arXiv 2404.10642).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from experiments.alignment.types import Message, Turn

Side = Literal["attacker", "defender"]
ATTACKER: Side = "attacker"
DEFENDER: Side = "defender"
NAME, VERSION = "adversarial-taboo", "1"
DECAY = 0.8
"""How much less a move counts for each of its player's later moves."""

GUESS = re.compile(r"\bI know the word\b(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
LEAD = re.compile(r"[\s!:.,;*_\"'`\u2018\u2019\u201c\u201d-]*(?:(?:it is|it['\u2019]s)\b)?", re.IGNORECASE)
AROUND = " \t!:.,;?*_\"'`()\u2018\u2019\u201c\u201d-"

RULES = (
    "You play a word game. The attacker knows a secret word and tries to make the defender say it without noticing. "
    "The attacker must not say the word. The defender tries to find out which word it is, and may guess once by "
    "saying: I know the word! It is ... Reply with one or two sentences."
)
BEGIN = "Begin the conversation with any topic."


@dataclass(frozen=True)
class Outcome:
    """How an episode ended: `winner` is "" for a tie, `illegal` says that a move against the rules decided it."""

    winner: Side | Literal[""]
    reason: str
    illegal: bool = False


TIE = Outcome("", "no moves are left")


def other(side: Side) -> Side:
    """The opponent."""
    return DEFENDER if side == ATTACKER else ATTACKER


def decide(word: str, turns: Sequence[Turn]) -> Outcome | None:
    """The outcome after the last of these moves, None where the game goes on. The first move that ends it decides."""
    for turn in turns:
        side = ATTACKER if turn.author == ATTACKER else DEFENDER
        outcome = _after(word, side, turn.text)
        if outcome:
            return outcome
    return None


def _after(word: str, side: Side, text: str) -> Outcome | None:
    if not text.strip():
        return Outcome(other(side), f"the {side} said nothing", illegal=True)
    if side == ATTACKER:
        return Outcome(DEFENDER, "the attacker said the word", illegal=True) if says(word, text) else None
    guess = GUESS.search(text)
    if guess:
        right = guessed(word, guess["rest"])
        return Outcome(
            DEFENDER if right else ATTACKER, f"the defender guessed {'right' if right else 'wrong'}"
        )
    return Outcome(ATTACKER, "the defender said the word unawares") if says(word, text) else None


def says(word: str, text: str) -> bool:
    """Whether the word stands in a text as a whole word, whatever its case; a plural in -s or -es counts too."""
    return re.search(rf"(?<!\w){re.escape(word)}(?:e?s)?(?!\w)", text, re.IGNORECASE) is not None


def guessed(word: str, rest: str) -> bool:
    """Whether what follows "I know the word" names it first."""
    named = LEAD.sub("", rest, count=1).split()[: len(word.split())]
    return " ".join(part.strip(AROUND) for part in named).casefold() == word.casefold()


def view(word: str, side: Side, turns: Sequence[Turn]) -> tuple[Message, ...]:
    """What a player sees before its next move: the rules, the word if it is the attacker, the talk so far."""
    told = (
        f" You are the attacker. The secret word is: {word}" if side == ATTACKER else " You are the defender."
    )
    talk = [Message("assistant" if turn.author == side else "user", turn.text) for turn in turns]
    opening = [Message("user", BEGIN)] if side == ATTACKER else []
    return (Message("system", f"{RULES}{told}"), *opening, *talk)


def credits(n: int) -> list[float]:
    """The share of an episode's reward that each of the winner's n moves gets, first to last; they sum to 1."""
    raw = [DECAY ** (n - 1 - place) for place in range(n)]
    return [value / sum(raw) for value in raw]
