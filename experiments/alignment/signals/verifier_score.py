"""What a trained verifier of steps or of whole answers says."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, cast

from experiments.alignment.ports import Check, Policy, Round, StepPolicy
from experiments.alignment.solution_steps import solution_steps
from experiments.alignment.types import Ask, Candidate, Capability, Evidence, Group, Signal

NO_VERIFIER_YET = "no verifier yet"
RIGHT, WRONG = "right", "wrong"
EVEN = 0.5
Over = Literal["min", "prod", "last"]
REDUCE: dict[Over, Callable[[Sequence[float]], float]] = {
    "min": min,
    "prod": math.prod,
    "last": lambda steps: steps[-1],
}


@dataclass(frozen=True)
class VerifierScore:
    """One signal a solution: how likely it is right, from the probabilities after its steps.

    `over` takes their least, their product or the last one; a verifier of whole answers has one step. Completions of
    other solutions are not read. As long as nothing has trained the role, every solution is unscored; therefore no
    capability is needed. The label says on which side of one half the score is.
    """

    role: str = "verifier"
    over: Over = "min"
    kind: ClassVar[str] = "verifier"
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """In the groups' and solutions' order."""
        policy = at.policy(self.role)
        if "reward" not in policy.capabilities:
            return [tuple(_unscored(self.role, c) for c in _solutions(group)) for group in groups]
        cases = [(group, c) for group in groups for c in _solutions(group)]
        asks = [Ask(group.prompt.messages, 1) for group, _ in cases]
        found = iter(_probabilities(policy, asks, [solution.text for _, solution in cases], at.check))
        return [tuple(self._signal(c, next(found)) for c in _solutions(group)) for group in groups]

    def _signal(self, solution: Candidate, steps: Sequence[float]) -> Signal:
        value = REDUCE[self.over](steps)
        texts = solution_steps(solution.text) if len(steps) > 1 else (solution.text,)
        scored = [{"text": text, "score": score} for text, score in zip(texts, steps, strict=True)]
        return Signal(
            self.kind,
            self.role,
            (solution.index,),
            value,
            label=RIGHT if value > EVEN else WRONG,
            evidence=Evidence("steps", {"steps": scored}),
        )


def _solutions(group: Group) -> list[Candidate]:
    return [candidate for candidate in group.candidates if candidate.parent is None]


def _probabilities(
    policy: Policy, asks: Sequence[Ask], answers: Sequence[str], check: Check
) -> list[tuple[float, ...]]:
    """After each step where the verifier says so, else of each answer as a whole."""
    if "steps" in policy.capabilities:
        return cast(StepPolicy, policy).step_rewards(asks, answers, check)
    return [(value,) for value in policy.reward(asks, answers, check)]


def _unscored(role: str, solution: Candidate) -> Signal:
    about = (solution.index,)
    return Signal(VerifierScore.kind, role, about, None, parsed=False, error=NO_VERIFIER_YET)
