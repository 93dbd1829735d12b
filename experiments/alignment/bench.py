"""What a step works with: the recipe, the run's position, and the doors to rows, models and held-out
answers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from experiments.alignment.composition import Composition
from experiments.alignment.config import RecipeConfig
from experiments.alignment.ports import AnswerKey, Evaluator, Journal, Policies, Policy, Round, Workshop
from experiments.alignment.steps import Step, trained_roles
from experiments.alignment.types import Checkpoint

POLICY = "policy"


@dataclass(frozen=True)
class Bench:
    """Everything that one step of a run needs.

    `counts` are the prompts of the data set by split, `verifier` is the check that it names, `bound` are the
    roles for which the run names a model of its own; any other role that is not trained is played by the
    policy itself.
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

    def policies(self) -> Policies:
        """The policies by role, each loaded when it is first asked for."""
        own = trained_roles(self.composition) | {POLICY}
        return _Players(self.workshop, self.journal.checkpoint, own, self.bound - {POLICY})

    def round(self, step: Step) -> Round:
        """Where plug-ins are told they are. Nothing in it leads to a held-out answer."""
        check = self.journal.check
        return Round(self.seed, step.iteration, step.phase, self.policies(), check, self.verifier)


@dataclass
class _Players:
    workshop: Workshop
    checkpoint: Callable[[str, Literal["current"]], Checkpoint]
    own: frozenset[str]
    bound: frozenset[str]
    loaded: dict[str, Policy] = field(default_factory=dict)

    def __call__(self, role: str) -> Policy:
        if role not in self.loaded:
            self.loaded[role] = self._load(role)
        return self.loaded[role]

    def _load(self, role: str) -> Policy:
        if role in self.bound:
            return self.workshop.policy(role, None)
        return (
            self.workshop.policy(role, self.checkpoint(role, "current")) if role in self.own else self(POLICY)
        )
