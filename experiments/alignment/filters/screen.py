"""What a filter reads and says, and a list of filters put to a text."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar, Protocol

from experiments.alignment.types import Evidence, Signal

FILTER = "filter"
MOST_SAID = 110


@dataclass(frozen=True, slots=True)
class Case:
    """An instruction, with the answer to it and the instruction that it was made from, where there are any.

    `ended` is whether the answer came to its end before the token limit.
    """

    instruction: str
    answer: str = ""
    parent: str = ""
    ended: bool = True


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one filter measured, its limit, and in words what speaks against the text or is nearest to it."""

    name: str
    value: float
    limit: float
    passed: bool
    note: str = ""

    @property
    def reason(self) -> str:
        """Why the text is dropped, short enough for a selection."""
        return reason(self.name, self.note)


def reason(name: str, note: str) -> str:
    """A filter's name and what it says, cut to what a selection holds."""
    said = f"{name}: {note}" if note else name
    return said if len(said) <= MOST_SAID else f"{said[: MOST_SAID - 1]}…"


def alike(name: str, found: tuple[float, str], limit: float) -> Ruling:
    """Drops a text that is too like another one: `found` is how like it is, and which it is like."""
    value, other = found
    note = f"{value:.2f} like “{other}”" if other else ""
    return Ruling(name, value, limit, value < limit, note)


class Filter(Protocol):
    """One reason to drop a text. `held` are the instructions that are kept already."""

    name: ClassVar[str]

    def rule(self, case: Case, held: Sequence[str]) -> Ruling: ...


def screen(case: Case, filters: Sequence[Filter], held: Sequence[str] = ()) -> tuple[Ruling, ...]:
    """Every filter's ruling, in their order: all of them speak, so that their figures can be compared."""
    return tuple(each.rule(case, held) for each in filters)


def passes(rulings: Sequence[Ruling]) -> bool:
    """Whether nothing speaks against the text."""
    return all(ruling.passed for ruling in rulings)


def verdict(rulings: Sequence[Ruling]) -> str:
    """The first filter that drops the text with its reason, else that it passes."""
    return next((ruling.reason for ruling in rulings if not ruling.passed), "passes every filter")


def signals(rulings: Sequence[Ruling], about: int) -> list[Signal]:
    """One signal a filter about one candidate: 1 passed, 0 dropped, the figure that was measured in its evidence."""
    return [
        Signal(
            FILTER,
            ruling.name,
            (about,),
            float(ruling.passed),
            label="passed" if ruling.passed else "dropped",
            text=ruling.note,
            evidence=Evidence(FILTER, asdict(ruling)),
        )
        for ruling in rulings
    ]
