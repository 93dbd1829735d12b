"""The moves of an episode that can be trained on: those chosen from a closed list after a prompt of their own."""

from dataclasses import dataclass

from experiments.alignment.types import Candidate, Message, Turn


@dataclass(frozen=True, slots=True)
class Parting:
    """The prompt after which two episodes do different things, and the two moves."""

    prompt: tuple[Message, ...]
    first: str
    second: str


def moves(candidate: Candidate) -> list[Turn]:
    """The turns of a candidate that are such moves; none for an answer that is no episode."""
    return [turn for turn in candidate.turns if turn.prompt and turn.options]


def parting(first: Candidate, second: Candidate) -> Parting | None:
    """Where two episodes part, None where one goes on as the other did or they were asked different things."""
    for one, other in zip(moves(first), moves(second), strict=False):
        if one.prompt != other.prompt:
            return None
        if one.text != other.text:
            return Parting(one.prompt, one.text, other.text)
    return None
