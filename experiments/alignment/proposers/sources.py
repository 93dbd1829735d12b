"""Answers of several sources to one prompt: who wrote an answer is its role, and what it was told its context."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.proposers.sample import candidate
from experiments.alignment.proposers.under_context import under
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import Ask, Candidate, Capability, Group, Prompt


@dataclass(frozen=True)
class Source:
    """A role that answers `n` times, with a context before the prompt where one is given."""

    role: str
    n: int = 1
    context: str = ""


@dataclass(frozen=True)
class SampleSources:
    """Samples from every source. A draw's seed follows its place in the group, so that two sources that one model
    plays still answer differently; what is trained on is the prompt alone.
    """

    sources: tuple[Source, ...]
    temperature: float = 1.0
    max_tokens: int = 64
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(source.role for source in self.sources))

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt, in the prompts' order; its candidates stand in the sources' order."""
        written: list[tuple[Candidate, ...]] = [()] * len(prompts)
        first = 0
        for source in self.sources:
            answers = self._answers(at, source, first, prompts)
            written = [(*earlier, *made) for earlier, made in zip(written, answers, strict=True)]
            first += source.n
        return [Group(prompt, made) for prompt, made in zip(prompts, written, strict=True)]

    def _answers(
        self, at: Round, source: Source, first: int, prompts: Sequence[Prompt]
    ) -> list[tuple[Candidate, ...]]:
        places = range(first, first + source.n)
        asks = [self._ask(at, source, prompt, index) for prompt in prompts for index in places]
        policy = at.policy(source.role)
        told = [ask.messages if source.context else None for ask in asks]
        said = policy.generate(asks, at.check)
        made = [
            replace(candidate(policy, source.role, first + number % source.n, ask, answer), context=context)
            for number, (ask, answer, context) in enumerate(zip(asks, said, told, strict=True))
        ]
        return [tuple(made[start : start + source.n]) for start in range(0, len(made), source.n)]

    def _ask(self, at: Round, source: Source, prompt: Prompt, index: int) -> Ask:
        messages = under(source.context, prompt.messages) if source.context else prompt.messages
        seed = seed_at(at.seed, at.iteration, at.phase, "propose", prompt.id, index)
        return Ask(messages, self.max_tokens, self.temperature, seed=seed)


def source_of(candidate: Candidate) -> str:
    """Where an answer comes from: its role, and whether something stood before the prompt."""
    return candidate.role if candidate.context is None else f"{candidate.role}, told more"
