"""Playing recorded moves again: what an episode was worth is decided by the world, not by what is said about it."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.alignment.environments import Environment, Episode
from experiments.alignment.errors import ConfigError, DataError

MOST_STATES = 10_000
"""States that the search for a shortest walk looks at before it gives up."""


class ReplayError(DataError):
    """The moves cannot be made from this start."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What the moves led to: their rewards, and whether the goal is met in the state they end in."""

    rewards: tuple[float, ...]
    reached: bool
    done: bool

    @property
    def total(self) -> float:
        """The undiscounted return."""
        return sum(self.rewards)


def actions_of(text: str) -> list[str]:
    """The moves of an answer, one a line; blank lines are none."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def replay(environment: Environment, seed: int, actions: Sequence[str]) -> Replay:
    """Raises ReplayError for a move that cannot be made there or comes after the end."""
    episode, rewards = environment.start(seed), []
    for number, action in enumerate(actions, start=1):
        if episode.done:
            raise ReplayError(f"move {number} comes after the end of the episode")
        if action not in episode.actions:
            raise ReplayError(f"move {number} is none of {', '.join(episode.actions)}")
        rewards.append(episode.step(action).reward)
    return Replay(tuple(rewards), episode.reached, episode.done)


def shortest(environment: Environment, seed: int) -> tuple[str, ...]:
    """The moves of a shortest walk to the goal, by breadth-first search over observations: the expert.

    Raises ConfigError where no walk leads there or more than `MOST_STATES` states are seen first.
    """
    seen, waiting = {environment.start(seed).observation}, deque[tuple[str, ...]]([()])
    while waiting and len(seen) < MOST_STATES:
        walk = waiting.popleft()
        for action in _after(environment, seed, walk).actions:
            episode = _after(environment, seed, (*walk, action))
            if episode.reached:
                return (*walk, action)
            if not episode.done and episode.observation not in seen:
                seen.add(episode.observation)
                waiting.append((*walk, action))
    raise ConfigError(f"No walk to the goal was found in {environment.name} from seed {seed}.")


def _after(environment: Environment, seed: int, walk: Sequence[str]) -> Episode:
    episode = environment.start(seed)
    for action in walk:
        episode.step(action)
    return episode
