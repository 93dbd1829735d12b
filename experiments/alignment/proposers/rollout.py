"""Whole episodes in an environment: every move is chosen by the policy from the closed list of those there are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from experiments.alignment.environments.playing import Choice, Game, new_game, play
from experiments.alignment.environments.replay import shortest
from experiments.alignment.ports import Check, Policy, Round
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import Ask, Capability, Group, Message, Prompt

EXPERT = "expert"
Situation = tuple[tuple[Message, ...], tuple[str, ...]]


@dataclass(frozen=True)
class RolloutEnv:
    """n episodes of the environment and seed that a prompt names; p(move) is the softmax over the moves alone.

    All episodes of a chunk are stepped together, one batched question a step, and what they would ask again is
    asked once. Temperature 0 takes the likeliest move. `world` plays the same seeds in another environment. With
    `expert` a shortest walk follows as the last candidate, of role "expert".
    """

    n: int = 1
    temperature: float = 1.0
    role: str = "policy"
    world: str = ""
    expert: bool = False
    needs: ClassVar[frozenset[Capability]] = frozenset({"next_token"})
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt with one candidate an episode, in the prompts' order.

        Raises DataError for a prompt that names no environment.
        """
        policy = at.policy(self.role)
        games = [[new_game(p, self.world, seed) for seed in seeds(at, p, self.n)] for p in prompts]
        play([game for of_prompt in games for game in of_prompt], Mover(policy, self.temperature, at.check))
        return [self._group(prompt, own, policy.name) for prompt, own in zip(prompts, games, strict=True)]

    def _group(self, prompt: Prompt, games: Sequence[Game], model: str) -> Group:
        made = tuple(game.candidate(index, model) for index, game in enumerate(games))
        last = (expert_game(prompt, self.world).candidate(self.n),) if self.expert else ()
        return Group(prompt, (*made, *last))


@dataclass(frozen=True)
class Mover:
    """Chooses the moves of running games. What it was told of a situation it keeps: episodes meet them again."""

    policy: Policy
    temperature: float
    check: Check
    told: dict[Situation, tuple[float, ...]] = field(default_factory=dict)

    def __call__(self, games: Sequence[Game]) -> list[Choice]:
        """One choice a game, in order; the policy is asked at most once, about all that is new."""
        situations: list[Situation] = [(game.messages, game.episode.actions) for game in games]
        self._ask([place for place in dict.fromkeys(situations) if place not in self.told])
        return [self._choice(game, self.told[place]) for game, place in zip(games, situations, strict=True)]

    def _ask(self, new: Sequence[Situation]) -> None:
        if new:
            asks = [Ask(messages, max_tokens=1, temperature=self.temperature) for messages, _ in new]
            said = self.policy.choose(asks, [options for _, options in new], self.check)
            self.told.update(zip(new, said, strict=True))

    def _choice(self, game: Game, logprobs: tuple[float, ...]) -> Choice:
        if self.temperature == 0:
            index = max(range(len(logprobs)), key=lambda i: (logprobs[i], -i))
        else:
            index = drawn([math.exp(value / self.temperature) for value in logprobs], game.draw())
        return Choice(game.episode.actions[index], logprobs)


def seeds(at: Round, prompt: Prompt, n: int) -> list[int]:
    """The seeds of a prompt's episodes, from their position."""
    return [seed_at(at.seed, at.iteration, at.phase, "propose", prompt.id, index) for index in range(n)]


def drawn(weights: Sequence[float], number: float) -> int:
    """The index that a number in [0, 1) falls on, the weights side by side."""
    left = number * sum(weights)
    for index, weight in enumerate(weights):
        left -= weight
        if left < 0:
            return index
    return max(range(len(weights)), key=lambda i: weights[i])


def expert_game(prompt: Prompt, world: str = "") -> Game:
    """The episode of a prompt as a shortest walk plays it."""
    game = new_game(prompt, world, author=EXPERT)
    walk = iter(shortest(game.environment, game.start))
    play([game], lambda _: [Choice(next(walk))])
    return game
