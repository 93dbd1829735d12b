"""What a run spends, and whether it is spent by the loop or on measuring it.

At equal cost one compares what the loop itself took: Evaluate, and the training of what only an arm plays (a control, a
ceiling), are measurement and counted apart.
"""

from dataclasses import dataclass, fields
from typing import Literal

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.ports import SignalSource
from experiments.alignment.steps import Step

Purpose = Literal["loop", "measurement"]


@dataclass(frozen=True, slots=True)
class Spent:
    """Amounts that add up.

    `tokens_generated` are those that any model wrote, `tokens_read` those of the prompts and texts that any model was
    given, `tokens_trained` the answers' tokens times their passes through a loss. `device_seconds` are the time in
    calls of local models and learners. `labels` are train prompts whose reference was read for the first time, and
    people's votes. `bought` are answers of endpoints, for `money` in the currency of their prices.
    """

    tokens_generated: int = 0
    tokens_read: int = 0
    tokens_trained: int = 0
    device_seconds: float = 0.0
    labels: int = 0
    bought: int = 0
    money: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(*(getattr(self, name) + getattr(other, name) for name in AMOUNTS))

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in AMOUNTS)


AMOUNTS = tuple(one.name for one in fields(Spent))


def yardsticks(composition: Composition) -> frozenset[str]:
    """The trained roles that only arms play: nothing in the loop asks them, they are there to be compared with."""
    asked = {role for phase in composition.phases for role in phase.propose.roles}
    asked |= {role for phase in composition.phases for source in phase.signals for role in source.roles}
    measured = {role for arm in composition.all_arms for role in arm.answer.roles}
    return frozenset((composition.trained_roles & measured) - asked - {"policy"})


def purpose_of(step: Step) -> Purpose:
    """Whose cost a step is, but for the training of yardsticks."""
    return "measurement" if step.stage == "evaluate" else "loop"


def reads_labels(phase: Phase) -> bool:
    """Whether a phase reads what people said about its train prompts: their references, or votes."""
    if phase.proposes_by_reference:
        return True
    return reads_votes(phase) or any(source.needs_reference for source in phase.signals)


def reads_votes(phase: Phase) -> bool:
    """Whether a phase reads votes of people, each of which is a label."""
    return any(_reads_votes(source) for source in phase.signals)


def _reads_votes(source: SignalSource) -> bool:
    return bool(getattr(source, "reads_votes", False))


def labels_serve(phase: Phase, composition: Composition) -> Purpose:
    """Whose cost these labels are: the loop's where a branch of it decides by them.

    Labels that only a yardstick learns from, or that nobody decides by, are measurement.
    """
    if phase.proposes_by_reference:
        return "loop"
    kinds = {s.kind for s in phase.signals if s.needs_reference or _reads_votes(s)}
    aside = yardsticks(composition)
    decided = any(_decides(branch, kinds) for branch in phase.branches if branch.role not in aside)
    return "loop" if decided else "measurement"


def labels_by_learner(phase: Phase, composition: Composition) -> bool:
    """Whether each label of a phase is the cost of who learns from it: references are the answers, nothing else reads
    them, and a yardstick learns from some of them too.
    """
    aside = yardsticks(composition)
    return (
        phase.proposes_by_reference and not phase.signals and any(one.role in aside for one in phase.branches)
    )


def _decides(branch: Branch, kinds: set[str]) -> bool:
    return bool(branch.select.reads & kinds)
