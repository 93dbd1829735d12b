"""Many episodes stepped together, and each of them written down as one candidate with its turns."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from experiments.alignment.environments import Environment, Episode, Moved, find_environment
from experiments.alignment.environments.places import start_of
from experiments.alignment.seeds import chance
from experiments.alignment.types import Candidate, Message, Prompt, Turn


@dataclass(frozen=True, slots=True)
class Choice:
    """A move, with the log-probabilities (nats, temperature 1) of all that could be made; none for an expert's."""

    action: str
    logprobs: tuple[float, ...] = ()


@dataclass
class Game:
    """One episode under way. It began at `start`; `seed` draws its moves, which `author` makes."""

    environment: Environment
    start: int
    episode: Episode
    seed: int = 0
    author: str = "policy"
    turns: list[Turn] = field(default_factory=list)

    @property
    def messages(self) -> tuple[Message, ...]:
        """What a model is shown: the task, what it sees now and the moves there are."""
        asked = f"{self.episode.observation}\nNext move: {', '.join(self.episode.actions)}?"
        return (Message("system", self.environment.task), Message("user", asked))

    def draw(self) -> float:
        """A number in [0, 1) that depends on the game's seed and the turn alone."""
        return chance(self.seed, len(self.turns))

    def move(self, choice: Choice) -> None:
        """Make the move and write it down."""
        messages, options, seen = self.messages, self.episode.actions, self.episode.observation
        moved = self.episode.step(choice.action)
        logprob = choice.logprobs[options.index(choice.action)] if choice.logprobs else None
        self.turns.append(
            Turn(
                self.author,
                choice.action,
                messages,
                logprob,
                options,
                tuple(map(math.exp, choice.logprobs)),
                data=_data(seen, moved, self.episode.done),
            )
        )

    def candidate(self, index: int, model: str = "") -> Candidate:
        """The whole episode; its text is what it did, one move a line, and its length is counted in moves."""
        known = [turn.logprob for turn in self.turns if turn.logprob is not None]
        return Candidate(
            index=index,
            text="\n".join(turn.text for turn in self.turns),
            n_tokens=len(self.turns),
            role=self.author,
            model=model,
            logprob=sum(known) if known else None,
            seed=self.seed,
            turns=tuple(self.turns),
        )


def _data(seen: str, moved: Moved, done: bool) -> dict[str, object]:
    data: dict[str, object] = {"observation": seen, "reward": moved.reward, "done": done}
    return data if moved.valid else {**data, "valid": False, "note": "The move changed nothing."}


def new_game(prompt: Prompt, world: str = "", seed: int = 0, author: str = "policy") -> Game:
    """The episode that a prompt names, in another world where one is given.

    Raises DataError for a prompt that names none and ConfigError for an environment that is not here.
    """
    start = start_of(prompt.id, prompt.messages)
    environment = find_environment(world or start.environment)
    return Game(environment, start.seed, environment.start(start.seed), seed, author)


def play(games: Sequence[Game], decide: Callable[[Sequence[Game]], Sequence[Choice]]) -> None:
    """Steps all games together until the last one ends; `decide` gives one choice a running game."""
    while running := [game for game in games if not game.episode.done]:
        for game, choice in zip(running, decide(running), strict=True):
            game.move(choice)
