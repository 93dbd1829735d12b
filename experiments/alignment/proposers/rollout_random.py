"""Episodes without a model: every move is as likely as any other. The control of all that is learned by acting."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.environments.playing import Choice, Game, new_game, play
from experiments.alignment.ports import Round
from experiments.alignment.proposers.rollout import drawn, seeds
from experiments.alignment.types import Capability, Group, Prompt


@dataclass(frozen=True)
class RandomWalk:
    """n episodes a prompt, from the environment and seed that it names."""

    n: int = 1
    needs: ClassVar[frozenset[Capability]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return ()

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt with n candidates. Raises DataError for a prompt that names no environment."""
        games = [[new_game(p, seed=seed, author="random") for seed in seeds(at, p, self.n)] for p in prompts]
        play([game for own in games for game in own], lambda running: [_choice(game) for game in running])
        return [
            Group(prompt, tuple(game.candidate(index) for index, game in enumerate(own)))
            for prompt, own in zip(prompts, games, strict=True)
        ]


def _choice(game: Game) -> Choice:
    actions = game.episode.actions
    return Choice(
        actions[drawn([1.0] * len(actions), game.draw())], (-math.log(len(actions)),) * len(actions)
    )
