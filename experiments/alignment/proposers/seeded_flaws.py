"""Critiques to learn from, without a person: of right answers, and of answers with a flaw that is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.prompts.criticising import NO_FLAW, WRONG, criticising
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.seeds import seed_at
from experiments.alignment.signals.reference import demonstration
from experiments.alignment.sums import whole_number
from experiments.alignment.types import Candidate, Capability, Group, Prompt
from experiments.alignment.verifiers.number import NUMBER

FLAWS = (-10, -3, -2, -1, 1, 2, 3, 10)
"""What is added to a number to make it wrong."""
SEEDED = "seeded"

Case = tuple[str, str]
"""An answer and its critique."""


@dataclass(frozen=True)
class SeededFlaws:
    """Two candidates a train prompt, both critiques: of a right answer, and of a wrong one in the same words.

    A number is made wrong by adding to it, and the critique says whether it is too high or too low; any other answer is
    exchanged for that of the next prompt. With `own` the words are the policy's: where its answer is wrong, that is the
    flaw, and the right answer is the same text with the right number. Answers without a number are planted from the
    reference all the same. The right answer is never in a critique.
    """

    own: bool = False
    temperature: float = 0.8
    max_tokens: int = 64
    role: str = "policy"
    needs_reference: ClassVar[bool] = True
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,) if self.own else ()

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt. Raises DataError for a prompt without an answer."""
        answers = [demonstration(prompt) for prompt in prompts]
        said = self._own(at, prompts) if self.own else answers
        others = [*answers[1:], *answers[:1]]
        return [
            Group(prompt, tuple(self._critiques(at, prompt, *texts)))
            for prompt, *texts in zip(prompts, answers, said, others, strict=True)
        ]

    def _own(self, at: Round, prompts: Sequence[Prompt]) -> list[str]:
        groups = Sample(1, self.temperature, self.max_tokens, self.role).propose(at, prompts)
        return [group.candidates[0].text.strip() for group in groups]

    def _critiques(self, at: Round, prompt: Prompt, answer: str, said: str, other: str) -> list[Candidate]:
        seed = seed_at(at.seed, at.iteration, at.phase, "flaw", prompt.id)
        right, wrong, why = cases(answer, said, other, seed)
        made: list[Case] = [(right, NO_FLAW), (wrong, f"{WRONG}: {why}")]
        return [_candidate(i, prompt, *case) for i, case in enumerate(made) if i == 0 or wrong != right]


def cases(answer: str, said: str, other: str, seed: int) -> tuple[str, str, str]:
    """A right answer, a wrong one and what is wrong with it, both worded as `said` where that holds a number.

    `answer` is the reference. Where `other`, the answer of another prompt, is the same there is no flaw to put in.
    """
    true, found = whole_number(answer), whole_number(said)
    if true is None:
        return answer, other, "this answers another question."
    words = answer if found is None else said
    wrong = true + FLAWS[seed % len(FLAWS)] if found in (None, true) else int(found or 0)
    why = f"the number is too {'high' if wrong > true else 'low'}."
    return with_number(words, true), with_number(words, wrong), why


def with_number(text: str, number: int) -> str:
    """A text with another last number; nothing else of it changes."""
    last = list(NUMBER.finditer(text))[-1]
    return f"{text[: last.start()]}{number}{text[last.end() :]}"


def _candidate(index: int, prompt: Prompt, answer: str, critique: str) -> Candidate:
    told = criticising(prompt.text, answer)
    return Candidate(
        index, critique, len(critique.split()), SEEDED, "data set", context=told, train_context=told
    )
