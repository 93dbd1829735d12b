"""Write a program, run its visible tests, read what they say, write it again."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.prompts.programs import REPAIR
from experiments.alignment.proposers.sample import Sample, candidate
from experiments.alignment.seeds import seed_at
from experiments.alignment.signals.tool_result import TOOL, run_answers
from experiments.alignment.types import Ask, Candidate, Capability, Group, Message, Prompt, Signal


@dataclass
class _Thread:
    """One prompt's attempts so far, each with what the sandbox said of it."""

    prompt: Prompt
    attempts: list[Candidate]
    signals: list[Signal] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Whether the last attempt failed a test; a prompt without tests has nothing to go on."""
        value = self.signals[-1].value
        return value is not None and value < 1.0


@dataclass(frozen=True)
class ToolRefine:
    """A draft and up to `retries` repairs, each shown the last attempt and what its tests said (arXiv 2304.05128).

    Attempts end with the first that passes every visible test. Hidden tests are never run here.
    """

    retries: int = 3
    temperature: float = 0.8
    max_tokens: int = 160
    role: str = "policy"
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset({TOOL})

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt: candidate 0 is the draft, each further one repairs the one before it."""
        drafts = Sample(1, self.temperature, self.max_tokens, self.role).propose(at, prompts)
        threads = [_Thread(group.prompt, list(group.candidates)) for group in drafts]
        _run(at, threads)
        for _ in range(self.retries):
            failed = [thread for thread in threads if thread.open]
            if not failed:
                break
            self._repair(at, failed)
            _run(at, failed)
        return [Group(t.prompt, tuple(t.attempts), tuple(t.signals)) for t in threads]

    def _repair(self, at: Round, threads: Sequence[_Thread]) -> None:
        policy = at.policy(self.role)
        asks = [self._ask(at, thread) for thread in threads]
        answers = policy.generate(asks, at.check)
        for thread, ask, answer in zip(threads, asks, answers, strict=True):
            last = thread.attempts[-1]
            made = candidate(policy, self.role, last.index + 1, ask, answer)
            thread.attempts.append(replace(made, parent=last.index, turn=last.turn + 1, context=ask.messages))

    def _ask(self, at: Round, thread: _Thread) -> Ask:
        last = thread.attempts[-1]
        told = Message("user", REPAIR.format(feedback=thread.signals[-1].text))
        messages = (*thread.prompt.messages, Message("assistant", last.text), told)
        seed = seed_at(at.seed, at.iteration, at.phase, "repair", thread.prompt.id, last.turn + 1)
        return Ask(messages, self.max_tokens, self.temperature, seed=seed)


def _run(at: Round, threads: Sequence[_Thread]) -> None:
    said = run_answers(at, [(thread.prompt, thread.attempts[-1]) for thread in threads])
    for thread, signal in zip(threads, said, strict=True):
        thread.signals.append(signal)
