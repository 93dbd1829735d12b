"""Answers under a context that the training prompt does not hold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.types import Candidate, Capability, Group, Message, Prompt


@dataclass(frozen=True)
class UnderContext:
    """Samples n answers with a context before the prompt. What was seen stands in each candidate's `context`; what is
    trained on is the prompt alone. At temperature 0 one greedy answer.
    """

    context: str
    n: int = 1
    temperature: float = 1.0
    max_tokens: int = 64
    role: str = "policy"
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt with n candidates, in the prompts' order."""
        seen = [replace(prompt, messages=under(self.context, prompt.messages)) for prompt in prompts]
        sampled = Sample(self.n, self.temperature, self.max_tokens, self.role).propose(at, seen)
        return [
            Group(prompt, tuple(_told(c, group.prompt.messages) for c in group.candidates))
            for prompt, group in zip(prompts, sampled, strict=True)
        ]


def _told(candidate: Candidate, messages: tuple[Message, ...]) -> Candidate:
    return replace(candidate, context=messages)


def under(context: str, messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The messages with a context at the head of the system message; a missing one is added."""
    if messages and messages[0].role == "system":
        return (Message("system", f"{context}\n\n{messages[0].content}"), *messages[1:])
    return (Message("system", context), *messages)
