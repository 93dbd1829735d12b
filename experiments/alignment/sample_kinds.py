"""What learners read: the samples that selections become, in six kinds."""

from dataclasses import dataclass

from experiments.alignment.types import Message


@dataclass(frozen=True, slots=True)
class Demonstration:
    """Train on `answer` after `prompt`; the loss counts the answer's tokens alone."""

    prompt: tuple[Message, ...]
    answer: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Preference:
    """Both answers share one training prompt. `p_chosen` in [0, 1] is a soft label."""

    prompt: tuple[Message, ...]
    chosen: str
    rejected: str
    p_chosen: float = 1.0
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Rollout:
    """A recorded move with its advantage. With `options` the choice was among their first tokens alone."""

    prompt: tuple[Message, ...]
    answer: str
    advantage: float
    options: tuple[str, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Label:
    """A class label, hard or soft: `target` holds one probability an option."""

    prompt: tuple[Message, ...]
    options: tuple[str, ...]
    target: tuple[float, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Unpaired:
    """One answer that is good or not, with no other to compare it with."""

    prompt: tuple[Message, ...]
    answer: str
    good: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Steps:
    """A solution in steps, which joined are its text, and how often each led to a right answer, None where not known.

    A verdict on the answer as a whole is the case of one step.
    """

    prompt: tuple[Message, ...]
    steps: tuple[str, ...]
    labels: tuple[float | None, ...]
    weight: float = 1.0


Sample = Demonstration | Preference | Rollout | Label | Unpaired | Steps
