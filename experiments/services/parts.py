"""Names in words: the parts of an iteration, the phases of its samples, and the roles of candidates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from experiments.models import Iteration, Trace

TRAIN = "train"
PARTS = {
    "probe": "probe answers",
    "gold": "gold answers",
    TRAIN: "training samples",
    "proxy": "answers to train prompts",
    "operator": "operator test",
    "operator_control": "control of the operator test",
}
HELD_OUT = ("probe", "gold")
PLAIN_ROLE = "policy"
ROLES = {
    "side": "side of a debate",
    "unopposed": "answer that nobody argued about",
    "sample": "direct answer",
    "reference": "demonstration",
    "tree": "decomposition",
    "search": "search with rewinding",
    "judge": "judge's verdict",
    "expert": "expert",
    "people": "statement of people",
    "rule": "proposed rule",
    "seed": "seed pair of the data set",
    "peer": "further model",
    "guided": "steered answer",
    "recorded": "answer of the data set",
    "base": "model before training",
}


def arm_of(part: str) -> str:
    """The arm whose answers a part holds, such as "naive" of "naive_gold"; "" for the parts of every recipe."""
    arm, _, split = part.rpartition("_")
    return arm if split in HELD_OUT else ""


def part_words(part: str) -> str:
    """The part in words: "probe answers", or "naive, gold" for an arm's."""
    if part in PARTS:
        return PARTS[part]
    arm = arm_of(part)
    return f"{plain(arm)}, {part.rpartition('_')[2]}" if arm else plain(part)


def in_order(parts: Iterable[str]) -> list[str]:
    """The parts of every recipe first, those that answer "is it better" before others; then the arms by name."""
    known = list(PARTS)

    def place(part: str) -> tuple[int, str, bool]:
        return (
            known.index(part) if part in PARTS else len(known),
            arm_of(part) or part,
            part.endswith("gold"),
        )

    return sorted(set(parts), key=place)


def role_words(role: str) -> str:
    """A candidate's or a checkpoint's role in words; "" for a plain answer of the policy."""
    return "" if role == PLAIN_ROLE else ROLES.get(role, plain(role))


def plain(name: str) -> str:
    """A name of the code as words."""
    return name.replace("_", " ").replace("-", " ").strip()


@dataclass(frozen=True)
class Contents:
    """What an iteration has traces of: its parts in order, each with the phases in which it was asked."""

    phases: dict[str, list[int]]

    @property
    def parts(self) -> list[str]:
        return list(self.phases)

    @property
    def labels(self) -> dict[str, str]:
        return {part: part_words(part) for part in self.phases}

    def phases_of(self, part: str) -> list[int]:
        """The phases to choose from: none where there is but one."""
        found = self.phases.get(part, [])
        return found if len(found) > 1 else []


def contents(*iterations: Iteration) -> Contents:
    """What these iterations hold; one query that an index answers."""
    asked = Trace.objects.filter(iteration__in=iterations).values_list("phase", "part").order_by().distinct()
    pairs = list(asked)
    return Contents(
        {part: sorted({p for p, name in pairs if name == part}) for part in in_order(n for _, n in pairs)}
    )
