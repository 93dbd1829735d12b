"""Instructions for texts that have none: pairs to train the backward model on, and what it writes then."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from experiments.alignment.filters.screen import FILTER, Case, Filter, screen
from experiments.alignment.ports import Round
from experiments.alignment.prompts.instructing import (
    AUGMENTED_TAG,
    SEED_TAG,
    asking,
    backward_messages,
    read_instruction,
    whole,
)
from experiments.alignment.proposers.instructions import INSTRUCTION, described
from experiments.alignment.proposers.sample import candidate
from experiments.alignment.proposers.self_play import REFERENCE
from experiments.alignment.proposers.under_context import under
from experiments.alignment.seeds import chance, seed_at
from experiments.alignment.signals.reference import demonstration
from experiments.alignment.types import Ask, Candidate, Capability, Completion, Group, Prompt

OPERATOR, BACKWARD, SEED = "back-translation", "backward", "seed"
"""The operator's name, the role of the model that writes instructions, and that of candidates from seed pairs."""
SEEDED = "seeded"
"""The role and the arm of a model that is trained on the seed pairs alone."""


def is_seed(prompt: Prompt, share: float) -> bool:
    """Whether a prompt is one of the seed pairs; the others' instructions are hidden. The same in every run."""
    return chance("seed pair", prompt.id) < share


def _written(text: str, role: str) -> Candidate:
    return Candidate(0, text, len(text.split()), role, "data set")


@dataclass(frozen=True)
class BackwardPairs:
    """One candidate a prompt. Of a seed pair it is the instruction, after its answer; else the text that has none."""

    share: float
    needs_reference: ClassVar[bool] = True
    needs: ClassVar[frozenset[Capability]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return ()

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt, in the prompts' order. Raises DataError for a prompt without an answer."""
        return [Group(prompt, (self._pair(prompt),)) for prompt in prompts]

    def _pair(self, prompt: Prompt) -> Candidate:
        answer = demonstration(prompt)
        if not is_seed(prompt, self.share):
            return _written(answer, REFERENCE)
        return replace(_written(prompt.text, SEED), train_context=backward_messages(answer))


@dataclass(frozen=True)
class BackTranslate:
    """One pair a prompt, tagged by where it comes from: the seed pair, or the text after a written instruction.

    The instruction of a text without one is drawn from the backward model (Humpback, arXiv 2308.06259). It stands in
    the candidate's `train_context`; what the model read stands in its `context`. The prompt itself is not shown to it.
    """

    filters: tuple[Filter, ...]
    share: float
    temperature: float = 0.7
    max_tokens: int = 64
    role: str = BACKWARD
    needs_reference: ClassVar[bool] = True
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset({INSTRUCTION, FILTER})

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt, in the prompts' order. Raises DataError for a prompt without an answer."""
        hidden = [prompt for prompt in prompts if not is_seed(prompt, self.share)]
        asks = [self._ask(at, prompt) for prompt in hidden]
        policy = at.policy(self.role)
        answers = policy.generate(asks, at.check)
        held = [prompt.text for prompt in prompts if is_seed(prompt, self.share)]
        made = {}
        for prompt, ask, said in zip(hidden, asks, answers, strict=True):
            written = candidate(policy, REFERENCE, 0, ask, said)
            made[prompt.id] = self._augmented(prompt, written, ask, said, held)
        return [made.get(prompt.id) or _seed_group(prompt) for prompt in prompts]

    def _ask(self, at: Round, prompt: Prompt) -> Ask:
        seed = seed_at(at.seed, at.iteration, at.phase, "back-translate", prompt.id)
        return Ask(backward_messages(demonstration(prompt)), self.max_tokens, self.temperature, seed=seed)

    def _augmented(
        self, prompt: Prompt, written: Candidate, ask: Ask, said: Completion, held: Sequence[str]
    ) -> Group:
        text, instruction = demonstration(prompt), read_instruction(said.text)
        case = Case(instruction, parent=text, ended=whole(said))
        rulings = screen(case, self.filters, held)
        told = under(AUGMENTED_TAG, asking(prompt.messages, instruction))
        made = replace(written, text=text, stop="end", context=ask.messages, train_context=told)
        signals = described(0, instruction, said.text, rulings, held, [text], OPERATOR)
        return Group(prompt, (made,), tuple(signals))


def _seed_group(prompt: Prompt) -> Group:
    tagged = under(SEED_TAG, prompt.messages)
    return Group(prompt, (replace(_written(demonstration(prompt), SEED), train_context=tagged),))
