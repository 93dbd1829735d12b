"""What runs can be compared at equal amounts of."""

from dataclasses import dataclass

from experiments.alignment.errors import ConfigError
from experiments.alignment.spending import Spent


@dataclass(frozen=True)
class Axis:
    """One kind of cost: its name, how a title and a sentence call it, and what it counts."""

    name: str
    title: str
    words: str
    help: str

    def read(self, iteration: int, spent: Spent) -> float:
        """The amount that a run has spent of this by the end of an iteration."""
        return float(iteration) if self.name == "iterations" else float(getattr(spent, self.name))


AXES = (
    Axis(
        "tokens_generated",
        "tokens generated",
        "tokens generated",
        "Every token that a model of the loop wrote: answers, verdicts, critiques, revisions.",
    ),
    Axis(
        "tokens_trained",
        "tokens trained",
        "tokens trained",
        "Tokens of answers in a loss, every pass over them counted.",
    ),
    Axis(
        "device_seconds",
        "device time",
        "seconds of device time",
        "Time in calls of models and learners while a worker held the step, that of lost workers included.",
    ),
    Axis(
        "labels",
        "labels",
        "labels",
        "Different train prompts whose reference the loop decided by, and votes that people cast. A label that only a "
        "control or a ceiling learns from is not among them.",
    ),
    Axis("bought", "bought answers", "bought answers", "Answers of endpoints, of the loop's calls."),
    Axis("iterations", "iterations", "iterations", "Rounds of the loop."),
)


def find_axis(name: str) -> Axis:
    """Raises ConfigError, with the names there are, for one that is none."""
    found = next((axis for axis in AXES if axis.name == name), None)
    if found is None:
        known = ", ".join(axis.name for axis in AXES)
        raise ConfigError(f"There is no cost {name!r}; there are {known}.", field="axis")
    return found
