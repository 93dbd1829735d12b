"""A judge as one value: what it is told, which model plays it, how its verdict is drawn and read."""

from dataclasses import asdict, dataclass
from typing import Literal

from experiments.alignment.seeds import digest
from experiments.alignment.types import Message

Reading = Literal["text", "probabilities"]


@dataclass(frozen=True, slots=True)
class Judge:
    """Two verdicts are comparable only where their judges have one hash.

    `messages` is the whole prompt with placeholders where the case stands, so that a changed word, example or rubric
    changes the hash. `read` says whether the verdict is parsed from what the model wrote or read from the
    probabilities of its next token; `max_tokens` and `temperature` say how the text was drawn.
    """

    name: str
    version: int
    messages: tuple[Message, ...]
    model: str
    read: Reading = "text"
    max_tokens: int = 1
    temperature: float = 0.0
    repeats: int = 1

    @property
    def sha256(self) -> str:
        return digest([f"{key}={value}" for key, value in sorted(asdict(self).items())])

    @property
    def source(self) -> str:
        """How signals name it: name, version and the beginning of its hash."""
        return f"{self.name} v{self.version} {self.sha256[:12]}"
