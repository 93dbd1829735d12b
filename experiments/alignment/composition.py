"""How a recipe is put together: phases of plug-ins, and the check that they fit each other."""

from dataclasses import dataclass

from experiments.alignment.errors import ConfigError
from experiments.alignment.learners import LearnerSpec
from experiments.alignment.ports import Proposer, Selector, SignalSource
from experiments.alignment.proposers.greedy import Greedy
from experiments.alignment.types import Capability

CONTROL = "control"
BUILT_IN = frozenset({"lexicon"})
"""Roles that policies of the product itself play; no model is bound to them."""


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

    @property
    def proposes_by_reference(self) -> bool:
        """Whether the proposer reads the references of train prompts; one that does says `needs_reference`."""
        return bool(getattr(self.propose, "needs_reference", False))


@dataclass(frozen=True)
class Arm:
    """Something measured on probe and gold beside the policy: a control, a ceiling, the model with its context.

    `answer` makes its one answer a prompt. An arm that nothing trains need be measured `once`, before training.
    Where it acts in another environment than the prompts name, that `world` judges it.
    """

    name: str
    answer: Proposer
    once: bool = False
    world: str = ""


@dataclass(frozen=True)
class Composition:
    """One iteration of a recipe.

    `answer` makes the one answer a prompt that Evaluate compares over iterations: by default the greedy one of at
    most `answer_tokens`. `main` is the phase whose proposer, signals and first selector are the operator that is
    measured, and `control` what it is compared with at equal samples. Every role that is trained with the role
    name "control" is an arm of its own, beside `arms`. `measures` name the groups of metrics, beyond those that every
    recipe has, that this one reports (see `evaluators.measures`). `operates` is False where the procedure ends
    with no better answer at decode time, so that it has no gain to measure. `stand_ins` name the role that plays
    another one which nothing is bound to, where that is not the policy.
    """

    phases: tuple[Phase, ...]
    answer_tokens: int = 64
    answer: Proposer | None = None
    arms: tuple[Arm, ...] = ()
    main: int = 0
    control: Phase | None = None
    measures: tuple[str, ...] = ()
    operates: bool = True
    stand_ins: tuple[tuple[str, str], ...] = ()

    @property
    def answerer(self) -> Proposer:
        """What makes the policy's answers in Evaluate."""
        return self.answer or Greedy(self.answer_tokens)

    @property
    def all_arms(self) -> tuple[Arm, ...]:
        """The declared arms, and the control where one is trained."""
        if CONTROL not in self.trained_roles:
            return self.arms
        return (*self.arms, Arm(CONTROL, Greedy(self.answer_tokens, CONTROL)))

    @property
    def trained_roles(self) -> frozenset[str]:
        """The roles that get checkpoints of their own."""
        return frozenset(branch.role for phase in self.phases for branch in phase.branches if branch.learn)

    @property
    def operator(self) -> Phase:
        """The phase whose samples, signals and selection are the decode-time procedure that is distilled."""
        return self.phases[self.main]

    @property
    def has_operator(self) -> bool:
        """Whether something is said about its samples, so that one of them can be better than a plain one."""
        return self.operates and bool(self.operator.signals or self.operator.propose.gives)

    def roles(self) -> frozenset[str]:
        """Every role whose policy some plug-in asks for."""
        return frozenset(role for plugin in self.plugins() for role in plugin.roles)

    def needs(self) -> frozenset[Capability]:
        """Every capability that some plug-in asks of its policy."""
        return frozenset(need for plugin in self.plugins() for need in plugin.needs)

    def plugins(self) -> list[Proposer | SignalSource]:
        """Everything that asks some policy for something."""
        phases = [*self.phases, *([self.control] if self.control else [])]
        answers = [self.answerer, *(arm.answer for arm in self.arms)]
        proposers = [phase.propose for phase in phases]
        return [*answers, *proposers, *(source for phase in phases for source in phase.signals)]

    @property
    def needs_reference(self) -> bool:
        """Whether some signal or proposer reads the references of train prompts, so that the data set must have a
        verifier.
        """
        signals = any(source.needs_reference for phase in self.phases for source in phase.signals)
        return signals or any(phase.proposes_by_reference for phase in self.phases)

    @property
    def trains(self) -> bool:
        return any(branch.learn for phase in self.phases for branch in phase.branches)


def check(composition: Composition, roles: frozenset[str], slug: str = "") -> None:
    """Raises ConfigError where plug-ins do not fit: an undeclared role, an unread signal, the wrong kind of
    sample. `slug` is the recipe's, whose name the error bears.
    """
    try:
        _check(composition, roles)
    except ConfigError as error:
        raise ConfigError(f"{slug}: {error.message}" if slug else error.message, field=error.field) from None


def _check(composition: Composition, roles: frozenset[str]) -> None:
    undeclared = composition.roles() - roles - composition.trained_roles - BUILT_IN
    if undeclared:
        raise ConfigError(f"The recipe asks for roles it does not declare: {', '.join(sorted(undeclared))}.")
    for phase in (*composition.phases, *([composition.control] if composition.control else [])):
        _check_phase(phase)


def _check_phase(phase: Phase) -> None:
    kinds = {source.kind for source in phase.signals} | phase.propose.gives
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
