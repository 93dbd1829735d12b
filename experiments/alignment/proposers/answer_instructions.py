"""Answers to the instructions that an earlier phase kept, and as many to the prompt that they were made for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from experiments.alignment.ports import Policy, Round
from experiments.alignment.prompts.instructing import asking
from experiments.alignment.proposers.instructions import INSTRUCTION
from experiments.alignment.proposers.sample import candidate
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import Ask, Candidate, Capability, Completion, Group, Message, Prompt


@dataclass(frozen=True)
class AnswerInstructions:
    """One answer to every instruction that phase `made` kept: a new instruction stands in the answer's `train_context`.

    It takes the place of the prompt's own in the conversation. With `own` each prompt is answered itself as often as
    instructions were kept for it: those answers have no `train_context`. Where none was kept, the first
    instruction is the group's only candidate.
    """

    made: int = 0
    own: bool = True
    temperature: float = 0.7
    max_tokens: int = 64
    role: str = "policy"
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt, in the prompts' order."""
        earlier = at.earlier(self.made)
        asked = [self._asked(prompt, group) for prompt, group in zip(prompts, earlier, strict=True)]
        asks = [
            self._ask(at, prompt, index, context)
            for prompt, contexts in zip(prompts, asked, strict=True)
            for index, context in enumerate(contexts)
        ]
        author = at.policy(self.role)
        said = iter(zip(asks, author.generate(asks, at.check), strict=True))
        return [
            Group(prompt, self._answers(author, [next(said) for _ in contexts], group))
            for prompt, contexts, group in zip(prompts, asked, earlier, strict=True)
        ]

    def _asked(self, prompt: Prompt, group: Group) -> list[tuple[Message, ...]]:
        new = [asking(prompt.messages, text) for text in _kept(group)]
        return [*new, *([prompt.messages] * len(new) if self.own else [])]

    def _ask(self, at: Round, prompt: Prompt, index: int, messages: tuple[Message, ...]) -> Ask:
        seed = seed_at(at.seed, at.iteration, at.phase, "propose", prompt.id, index)
        return Ask(messages, self.max_tokens, self.temperature, seed=seed)

    def _answers(
        self,
        author: Policy,
        said: Sequence[tuple[Ask, Completion]],
        group: Group,
    ) -> tuple[Candidate, ...]:
        new = len(said) // 2 if self.own else len(said)
        made = tuple(
            replace(
                candidate(author, self.role, index, ask, answer),
                train_context=ask.messages if index < new else None,
            )
            for index, (ask, answer) in enumerate(said)
        )
        return made or (replace(group.candidates[0], index=0, parent=None),)


def _kept(group: Group) -> list[str]:
    """The instructions of a group that were kept, each once, in order."""
    kept = {index for s in group.selections if s.fate == "kept" for index in s.about}
    texts = [c.text for c in group.candidates if c.role == INSTRUCTION and c.index in kept]
    return list(dict.fromkeys(texts))
