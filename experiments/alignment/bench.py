"""What a step works with: the recipe, the run's position, and the doors to rows, models and held-out
answers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from experiments.alignment.composition import BUILT_IN, Composition
from experiments.alignment.config import RecipeConfig
from experiments.alignment.ports import (
    AnswerKey,
    CodeRunner,
    Evaluator,
    Journal,
    Policies,
    Policy,
    Round,
    Workshop,
)
from experiments.alignment.steps import Step
from experiments.alignment.types import Checkpoint

POLICY = "policy"
BASE = "base"
"""The model as it was before any training: a role that nothing trains, for teachers and references."""


@dataclass(frozen=True)
class Bench:
    """Everything that one step of a run needs.

    `counts` are the prompts of the data set by split, `verifier` is the check that it names, `bound` are the
    roles for which the run names a model of its own; any other role that is not trained is played by the
    policy itself. `taken` are the roles whose artefact the run takes from another one. `runner` runs
    model-written code, None where there is no sandbox.
    """

    composition: Composition
    config: RecipeConfig
    seed: int
    journal: Journal
    workshop: Workshop
    answer_key: AnswerKey
    evaluator: Evaluator
    counts: Mapping[str, int]
    verifier: str = "none"
    bound: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    runner: CodeRunner | None = None

    def policies(self) -> Policies:
        """The policies by role, each loaded when it is first asked for."""
        own = self.composition.trained_roles | self.taken | {POLICY, BASE}
        bound, stand_ins = (self.bound | BUILT_IN) - {POLICY}, dict(self.composition.stand_ins)
        return _Players(self.workshop, self.journal.checkpoint, own, bound, stand_ins)

    def round(self, step: Step) -> Round:
        """Where plug-ins are told they are. Nothing in it leads to a held-out answer."""
        return Round(
            self.seed,
            step.iteration,
            step.phase,
            self.policies(),
            self.journal.check,
            self.verifier,
            self.statements,
            self.runner,
        )

    def statements(self, role: str) -> tuple[str, ...]:
        """What the role's committed context holds; nothing where it has none."""
        if role not in self.composition.trained_roles | self.taken:
            return ()
        return self.workshop.statements(self.journal.checkpoint(role, "current"))


@dataclass
class _Players:
    workshop: Workshop
    checkpoint: Callable[[str, Literal["current"]], Checkpoint]
    own: frozenset[str]
    bound: frozenset[str]
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    loaded: dict[str, Policy] = field(default_factory=dict)

    def __call__(self, role: str) -> Policy:
        if role not in self.loaded:
            self.loaded[role] = self._load(role)
        return self.loaded[role]

    def _load(self, role: str) -> Policy:
        if role in self.bound:
            return self.workshop.policy(role, None)
        if role in self.own:
            return self.workshop.policy(role, self.checkpoint(role, "current"))
        return self(self.stand_ins.get(role, POLICY))
