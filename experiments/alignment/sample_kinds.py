"""What learners read: the samples that selections become, in four kinds."""

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


Sample = Demonstration | Preference | Rollout | Label
