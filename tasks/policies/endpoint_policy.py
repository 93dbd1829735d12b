"""A policy behind an OpenAI-compatible server (chat/completions): it writes, and says nothing of probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from experiments.alignment.errors import ModelError
from experiments.alignment.ports import Check
from experiments.alignment.types import Ask, Capability, Completion, Message
from experiments.endpoints import EndpointSettings
from tasks.policies.endpoint_calls import Calls, Health
from tasks.policies.endpoint_line import Line
from tasks.policies.endpoint_patience import Patience
from tasks.policies.endpoint_purse import Gate, Purse
from tasks.policies.endpoint_wire import Key, prompt_estimate, text_estimate


@dataclass(frozen=True)
class Endpoint:
    """A registered endpoint with what asking it takes: its key, and the gate that keeps its limits."""

    name: str
    settings: EndpointSettings
    key: Key
    gate: Gate


class EndpointPolicy:
    """Completions of a remote model. Its weights are not pinned: the same request may be answered otherwise tomorrow.

    Counts of tokens are the server's, or four letters a token where it gives none.
    """

    capabilities: frozenset[Capability] = frozenset({"generate"})

    def __init__(self, name: str, endpoint: Endpoint, patience: Patience | None = None) -> None:
        self.name = name
        self.endpoint = endpoint
        settings = endpoint.settings
        self.purse = Purse(endpoint.name, settings, endpoint.gate)
        self._calls = Calls(
            endpoint.name, settings.model, endpoint.key, self.purse, patience or Patience(), Health()
        )

    def generate(self, asks: Sequence[Ask], check: Check) -> list[Completion]:
        """One completion an ask, in the same order, several at a time.

        An ask to which the server gave nothing that can be read, however often it was asked, has an empty completion.
        Raises what `Calls.run` raises.
        """
        settings = self.endpoint.settings
        if any(ask.messages and ask.messages[-1].role == "assistant" for ask in asks):
            raise ModelError(f"The endpoint {self.endpoint.name} cannot go on with an answer that was begun.")
        if not asks:
            return []
        self.purse.look()
        with Line(settings.address, self.endpoint.key, settings.timeout_seconds, settings.inside) as line:
            return self._calls.run(list(asks), line, settings.concurrency, check)

    def score(self, prompt: Sequence[Ask], continuations: Sequence[str], check: Check) -> list[float]:
        self._refuse("the log-probabilities of given answers")

    def choose(
        self, asks: Sequence[Ask], options: Sequence[tuple[str, ...]], check: Check
    ) -> list[tuple[float, ...]]:
        self._refuse("the probabilities of its next token")

    def reward(self, asks: Sequence[Ask], answers: Sequence[str], check: Check) -> list[float]:
        self._refuse("a reward")

    def bill(self) -> tuple[int, float]:
        """Answers bought since the last call, and what they cost."""
        return self.purse.bill()

    def prompt_tokens(self, messages: Sequence[Message]) -> int:
        return prompt_estimate(Ask(tuple(messages), 0))

    def text_tokens(self, text: str) -> int:
        return text_estimate(text)

    def _refuse(self, what: str) -> NoReturn:
        raise ModelError(
            f"The endpoint {self.endpoint.name} gives text alone, not {what}; let a local model play this role."
        )
