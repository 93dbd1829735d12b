"""The rule judge of a game: who won an episode, decided by code."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.signals.reference import demonstration
from experiments.alignment.taboo import ATTACKER, NAME, TIE, VERSION, decide
from experiments.alignment.types import Candidate, Capability, Evidence, Group, Signal

WORTH = {"attacker": 1.0, "defender": -1.0, "": 0.0}


@dataclass(frozen=True)
class GameOutcome:
    """1 where the attacker won an episode of taboo, −1 where the defender did, 0 for a tie (arXiv 2404.10642).

    Its label names the winner; `scores` hold whether a move against the rules decided and how many moves there were.
    Answers that are no episodes get no signal, so that it needs no references where nothing is played.
    """

    kind: ClassVar[str] = "game"
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return ()

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """One signal an episode, in order. Raises DataError for an episode about a prompt without an answer."""
        return [
            tuple(_signal(demonstration(group.prompt), c) for c in group.candidates if c.turns)
            for group in groups
        ]


def _signal(word: str, candidate: Candidate) -> Signal:
    outcome = decide(word, candidate.turns) or TIE
    value = WORTH[outcome.winner]
    episode = {"environment": NAME, "version": VERSION, "seed": candidate.seed}
    data = {**episode, "reached": outcome.winner == ATTACKER, "return": value}
    return Signal(
        kind=GameOutcome.kind,
        source=f"{NAME} v{VERSION}",
        about=(candidate.index,),
        value=value,
        scores={"illegal": float(outcome.illegal), "turns": float(len(candidate.turns))},
        label=outcome.winner or "tie",
        text=outcome.reason,
        evidence=Evidence("episode", data),
    )
