"""How a recipe is put together: phases of plug-ins, and the check that they fit each other."""

from dataclasses import dataclass

from experiments.alignment.errors import ConfigError
from experiments.alignment.learners import LearnerSpec
from experiments.alignment.ports import Proposer, Selector, SignalSource
from experiments.alignment.types import Capability


@dataclass(frozen=True)
class Branch:
    """What one role learns from the phase's signals. Without a learner the selection is only recorded."""

    select: Selector
    learn: LearnerSpec | None = None

    @property
    def role(self) -> str:
        return self.learn.role if self.learn else "policy"


@dataclass(frozen=True)
class Phase:
    """Propose, read signals, then let each branch select and learn from the same groups."""

    propose: Proposer
    signals: tuple[SignalSource, ...]
    branches: tuple[Branch, ...]


@dataclass(frozen=True)
class Composition:
    """One iteration of a recipe. `answer_tokens` bounds the greedy answers that Evaluate compares."""

    phases: tuple[Phase, ...]
    answer_tokens: int = 64

    def roles(self) -> frozenset[str]:
        """Every role whose policy some plug-in asks for."""
        return frozenset(role for plugin in self._plugins() for role in plugin.roles)

    def needs(self) -> frozenset[Capability]:
        """Every capability that some plug-in asks of its policy."""
        return frozenset(need for plugin in self._plugins() for need in plugin.needs)

    def _plugins(self) -> list[Proposer | SignalSource]:
        proposers = [phase.propose for phase in self.phases]
        return [*proposers, *(source for phase in self.phases for source in phase.signals)]

    @property
    def needs_reference(self) -> bool:
        """Whether some signal reads the references of train prompts, so that the data set must have a
        verifier.
        """
        return any(source.needs_reference for phase in self.phases for source in phase.signals)

    @property
    def trains(self) -> bool:
        return any(branch.learn for phase in self.phases for branch in phase.branches)


def check(composition: Composition, roles: frozenset[str]) -> None:
    """Raises ConfigError where plug-ins do not fit: an undeclared role, an unread signal, the wrong kind of
    sample.
    """
    undeclared = composition.roles() - roles
    if undeclared:
        raise ConfigError(f"The recipe asks for roles it does not declare: {', '.join(sorted(undeclared))}.")
    for phase in composition.phases:
        _check_phase(phase)


def _check_phase(phase: Phase) -> None:
    kinds = {source.kind for source in phase.signals}
    for branch in phase.branches:
        missing = branch.select.reads - kinds
        if missing:
            raise ConfigError(
                f"{_name(branch.select)} reads {', '.join(sorted(missing))}, which no signal source gives."
            )
        if branch.learn and branch.learn.consumes != branch.select.produces:
            raise ConfigError(
                f"{_name(branch.select)} produces {branch.select.produces} samples, "
                f"but {_name(branch.learn)} consumes {branch.learn.consumes} samples."
            )


def _name(plugin: object) -> str:
    return type(plugin).__name__
