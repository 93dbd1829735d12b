"""Instructions that are made harder step by step, or led to something rarer."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from experiments.alignment.filters.meaning import OFF, same_meaning, with_reader
from experiments.alignment.filters.screen import FILTER, Case, Filter, passes, screen
from experiments.alignment.ports import Policy, Round
from experiments.alignment.prompts.instructing import (
    OPERATORS,
    Operator,
    evolving_messages,
    read_instruction,
    whole,
)
from experiments.alignment.proposers.instructions import INSTRUCTION, POOL, described
from experiments.alignment.proposers.sample import candidate
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import Ask, Candidate, Capability, Completion, Group, Prompt, Signal


@dataclass
class _Line:
    """The descendants of one prompt; `last` is the newest that passed, None while that is the prompt itself."""

    prompt: Prompt
    last: int | None = None
    made: list[Candidate] = field(default_factory=list)
    said: list[Signal] = field(default_factory=list)

    @property
    def instruction(self) -> str:
        return self.prompt.text if self.last is None else self.made[self.last].text

    @property
    def depth(self) -> int:
        return 0 if self.last is None else self.made[self.last].turn


@dataclass(frozen=True)
class Evolve:
    """`generations` evolutions of every prompt, each of the last one that passed the filters (arXiv 2304.12244).

    Candidates are instructions, of role `instruction`; `parent` is the one that was evolved, none for the prompt, and
    `turn` the depth. `operators` are drawn with equal chance. `filters` speak for every new instruction,
    `new_filters`, which compare it with what is held already, for those of an operator in breadth besides: in depth an
    instruction may stay like others. Below 1, `meaning` is the cosine from which one in breadth means to the policy
    what another one does, whoever writes them.
    """

    filters: tuple[Filter, ...]
    new_filters: tuple[Filter, ...] = ()
    generations: int = 2
    temperature: float = 0.7
    max_tokens: int = 64
    operators: tuple[Operator, ...] = OPERATORS
    role: str = "policy"
    meaning: float = OFF
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset({INSTRUCTION, FILTER})

    @property
    def roles(self) -> tuple[str, ...]:
        return with_reader(self.role, self.meaning)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt, in the prompts' order."""
        lines = [_Line(prompt) for prompt in prompts]
        held = [*dict.fromkeys(prompt.text for prompt in prompts), *at.statements(POOL)]
        writer = at.policy(self.role)
        new_filters = (*self.new_filters, *same_meaning(self.meaning, at, held))
        for generation in range(self.generations):
            drawn = [self._operator(at, line.prompt, generation) for line in lines]
            asks = [self._ask(at, line, way, generation) for line, way in zip(lines, drawn, strict=True)]
            said = writer.generate(asks, at.check)
            for line, way, ask, answer in zip(lines, drawn, asks, said, strict=True):
                filters = (*self.filters, *(new_filters if way.breadth else ()))
                _add(line, way, _made(writer, line, ask, answer), answer, filters, held)
        return [Group(line.prompt, tuple(line.made), tuple(line.said)) for line in lines]

    def _operator(self, at: Round, prompt: Prompt, generation: int) -> Operator:
        seed = seed_at(at.seed, at.iteration, at.phase, "operator", prompt.id, generation)
        return self.operators[seed % len(self.operators)]

    def _ask(self, at: Round, line: _Line, way: Operator, generation: int) -> Ask:
        seed = seed_at(at.seed, at.iteration, at.phase, "propose", line.prompt.id, generation)
        return Ask(evolving_messages(way, line.instruction), self.max_tokens, self.temperature, seed=seed)


def _add(
    line: _Line,
    way: Operator,
    made: Candidate,
    answer: Completion,
    filters: Sequence[Filter],
    held: list[str],
) -> None:
    parent = line.instruction
    rulings = screen(Case(made.text, parent=parent, ended=whole(answer)), filters, held)
    line.said += described(made.index, made.text, answer.text, rulings, held, [parent], way.name)
    line.made.append(made)
    if passes(rulings):
        line.last = made.index
        held.append(made.text)


def _made(writer: Policy, line: _Line, ask: Ask, answer: Completion) -> Candidate:
    written = candidate(writer, INSTRUCTION, len(line.made), ask, answer)
    text = read_instruction(answer.text)
    return replace(written, text=text, context=ask.messages, parent=line.last, turn=line.depth + 1)
