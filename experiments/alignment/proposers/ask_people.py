"""Asking people: the statements of a consultation, of real people where the data holds them, else of simulated ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.prompts.people import PEOPLE, asks_statement
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import Ask, Candidate, Capability, Group, Message, Prompt

PEOPLE_ROLE, SIMULATED_ROLE = "people", "simulated"


@dataclass(frozen=True)
class AskPeople:
    """One group a consultation, a candidate a statement; equal statements stand once.

    Where the prompt's reference holds statements of people those are taken as they are. Else each of the first
    `people` kinds of person is played by the role's model and proposes one statement; it has the role "simulated".
    """

    people: int = 12
    max_tokens: int = 40
    temperature: float = 0.8
    role: str = "person"
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt, in the prompts' order."""
        simulated = iter(self._simulated(at, [prompt for prompt in prompts if not _given(prompt)]))
        return [Group(prompt, _real(prompt) if _given(prompt) else next(simulated)) for prompt in prompts]

    def _simulated(self, at: Round, prompts: Sequence[Prompt]) -> list[tuple[Candidate, ...]]:
        policy, people = at.policy(self.role), PEOPLE[: self.people]
        asks = [self._ask(at, prompt, number) for prompt in prompts for number in range(len(people))]
        answers = policy.generate(asks, at.check)
        made = [
            (" ".join(answer.text.split()), answer.n_tokens, ask.messages, ask.seed)
            for ask, answer in zip(asks, answers, strict=True)
        ]
        size = len(people)
        return [_once(made[start : start + size], policy.name) for start in range(0, len(made), size)]

    def _ask(self, at: Round, prompt: Prompt, number: int) -> Ask:
        seed = seed_at(at.seed, at.iteration, at.phase, "statement", prompt.id, number)
        messages = asks_statement(PEOPLE[number], prompt.text)
        return Ask(messages, self.max_tokens, self.temperature, seed=seed)


def _given(prompt: Prompt) -> bool:
    return bool(prompt.reference and prompt.reference.statements)


def _real(prompt: Prompt) -> tuple[Candidate, ...]:
    statements = prompt.reference.statements if prompt.reference else ()
    return tuple(Candidate(i, text, 0, role=PEOPLE_ROLE) for i, text in enumerate(statements))


def _once(made: Sequence[tuple[str, int, tuple[Message, ...], int]], model: str) -> tuple[Candidate, ...]:
    first = {text: (tokens, messages, seed) for text, tokens, messages, seed in reversed(made)}
    kept = list(dict.fromkeys(text for text, *_ in made))
    return tuple(
        Candidate(i, text, first[text][0], SIMULATED_ROLE, model, seed=first[text][2], context=first[text][1])
        for i, text in enumerate(kept)
    )
