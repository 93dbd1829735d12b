"""What an episode was worth: the sum of the rewards that the environment gives for its moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.environments import find_environment
from experiments.alignment.environments.places import start_of
from experiments.alignment.environments.replay import Replay, ReplayError, actions_of, replay
from experiments.alignment.ports import Round
from experiments.alignment.types import Candidate, Capability, Evidence, Group, Signal


@dataclass(frozen=True)
class EnvReturn:
    """The undiscounted return of each candidate's moves, from a replay in the environment that its prompt names.

    Moves that cannot be made there leave the candidate unscored. A random policy has a return too: compare.
    """

    kind: ClassVar[str] = "env_return"
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return ()

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """One signal a candidate. Raises DataError for a prompt that names no environment."""
        return [tuple(self._signal(group, candidate) for candidate in group.candidates) for group in groups]

    def _signal(self, group: Group, candidate: Candidate) -> Signal:
        start = start_of(group.prompt.id, group.prompt.messages)
        environment = find_environment(start.environment)
        place = {"environment": environment.name, "version": environment.version, "seed": start.seed}
        try:
            played = replay(environment, start.seed, actions_of(candidate.text))
        except ReplayError as error:
            reason = f"The episode cannot be played again: {error.message}."
            return Signal(self.kind, environment.name, (candidate.index,), None, parsed=False, error=reason)
        return self._scored(candidate, played, place)

    def _scored(self, candidate: Candidate, played: Replay, place: dict[str, object]) -> Signal:
        return Signal(
            self.kind,
            str(place["environment"]),
            (candidate.index,),
            played.total,
            label="reached the goal" if played.reached else "did not reach the goal",
            evidence=Evidence("episode", {**place, "reached": played.reached, "return": played.total}),
        )
