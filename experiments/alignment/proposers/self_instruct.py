"""New instructions in the manner of examples: some written by people, some by the model before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from experiments.alignment.filters.meaning import OFF, same_meaning, with_reader
from experiments.alignment.filters.screen import FILTER, Case, Filter, passes, screen
from experiments.alignment.ports import Round
from experiments.alignment.prompts.instructing import new_task_messages, read_instruction, whole
from experiments.alignment.proposers.instructions import INSTRUCTION, POOL, described
from experiments.alignment.proposers.sample import candidate
from experiments.alignment.seeds import seed_at, shuffled
from experiments.alignment.types import Ask, Candidate, Capability, Completion, Group, Prompt, Signal


@dataclass(frozen=True)
class SelfInstruct:
    """`n` new instructions for every prompt (arXiv 2212.10560). Their texts are the candidates, of role `instruction`.

    Each is written after `human` prompts of the chunk, the group's own among them, and `machine` instructions of the
    pool, in an order drawn for it; what the pool lacks is made up for by prompts. The filters compare it with the pool,
    with the chunk's prompts and with what passed before it in the chunk. Below 1, `meaning` is the cosine from which
    two instructions mean the same to the policy, whoever writes them.
    """

    filters: tuple[Filter, ...]
    n: int = 1
    temperature: float = 0.9
    max_tokens: int = 64
    human: int = 6
    machine: int = 2
    role: str = "policy"
    meaning: float = OFF
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset({INSTRUCTION, FILTER})

    @property
    def roles(self) -> tuple[str, ...]:
        return with_reader(self.role, self.meaning)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt, in the prompts' order."""
        people, pool = list(dict.fromkeys(prompt.text for prompt in prompts)), at.statements(POOL)
        shown = [self._examples(at, p, n, people, pool) for p in prompts for n in range(self.n)]
        asks = [
            self._ask(at, prompts[place // self.n], place % self.n, examples)
            for place, examples in enumerate(shown)
        ]
        writer = at.policy(self.role)
        said = writer.generate(asks, at.check)
        made = [
            _made(candidate(writer, INSTRUCTION, place % self.n, ask, text), ask)
            for place, (ask, text) in enumerate(zip(asks, said, strict=True))
        ]
        held = [*people, *pool]
        filters = (*self.filters, *same_meaning(self.meaning, at, held))
        about = _screened(made, said, shown, filters, held)
        return [_group(prompt, made, about, place * self.n, self.n) for place, prompt in enumerate(prompts)]

    def _examples(
        self, at: Round, prompt: Prompt, index: int, people: Sequence[str], pool: Sequence[str]
    ) -> list[str]:
        place = (at.seed, at.iteration, at.phase, "examples", prompt.id, index)
        written = shuffled(pool, *place)[: self.machine]
        others = [text for text in shuffled(people, *place) if text != prompt.text and text not in written]
        drawn = [prompt.text, *others][: self.human + self.machine - len(written)]
        return shuffled([*drawn, *written], *place, "order")

    def _ask(self, at: Round, prompt: Prompt, index: int, examples: Sequence[str]) -> Ask:
        seed = seed_at(at.seed, at.iteration, at.phase, "propose", prompt.id, index)
        return Ask(new_task_messages(examples), self.max_tokens, self.temperature, seed=seed)


def _screened(
    made: Sequence[Candidate],
    said: Sequence[Completion],
    shown: Sequence[Sequence[str]],
    filters: Sequence[Filter],
    held: list[str],
) -> list[list[Signal]]:
    """What is said about each instruction; those that pass are held against the ones after them."""
    about = []
    for one, answer, examples in zip(made, said, shown, strict=True):
        rulings = screen(Case(one.text, ended=whole(answer)), filters, held)
        about.append(described(one.index, one.text, answer.text, rulings, held, examples, "self-instruct"))
        if passes(rulings):
            held.append(one.text)
    return about


def _group(
    prompt: Prompt, made: Sequence[Candidate], about: Sequence[Sequence[Signal]], start: int, n: int
) -> Group:
    said = tuple(signal for signals in about[start : start + n] for signal in signals)
    return Group(prompt, tuple(made[start : start + n]), said)


def _made(written: Candidate, ask: Ask) -> Candidate:
    return replace(written, text=read_instruction(written.text), context=ask.messages)
