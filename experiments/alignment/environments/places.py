"""Which episode a prompt is about: an environment and a seed, in one line that people can read too."""

import re
from dataclasses import dataclass

from experiments.alignment.errors import DataError
from experiments.alignment.types import Message

LINE = re.compile(
    r"^Environment: (?P<environment>[a-z0-9][a-z0-9.-]*), seed (?P<seed>\d{1,9})\.?$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Start:
    """Where an episode begins."""

    environment: str
    seed: int

    @property
    def line(self) -> str:
        """The line of a prompt that says so."""
        return f"Environment: {self.environment}, seed {self.seed}"


def start_of(prompt_id: str, messages: tuple[Message, ...]) -> Start:
    """Read from the last message that has such a line. Raises DataError where none has."""
    for message in reversed(messages):
        if found := LINE.search(message.content):
            return Start(found["environment"], int(found["seed"]))
    raise DataError(
        f"Prompt {prompt_id} names no environment to act in. Choose a data set for that, such as text-grid, or add a "
        f"line like '{Start('text-grid', 17).line}'."
    )
