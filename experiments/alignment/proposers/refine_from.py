"""A draft, a critique of it, a revision, and again: the model refines its own answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.prompts.constitution import principle_for
from experiments.alignment.prompts.refining import Refining
from experiments.alignment.proposers.sample import Sample, candidate
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import (
    NO_RESPONSE,
    Ask,
    Candidate,
    Capability,
    Completion,
    Evidence,
    Group,
    Message,
    Prompt,
    Signal,
)

CRITIQUE = "critique"


@dataclass
class _Thread:
    """One prompt's answers and critiques so far; closed when a critique asks for no more."""

    group: Group
    candidates: list[Candidate]
    signals: list[Signal] = field(default_factory=list)
    rule: str = ""
    critique: str = ""
    open: bool = True

    @property
    def prompt(self) -> Prompt:
        return self.group.prompt

    @property
    def last(self) -> Candidate:
        return self.candidates[-1]

    def slots(self) -> dict[str, str]:
        """What the words of a refinement have places for."""
        held = {"question": self.prompt.text, "answer": self.last.text}
        return held | {"rule": self.rule, "critique": self.critique}


@dataclass(frozen=True)
class RefineFrom:
    """One draft a prompt, then up to `rounds` critiques, each with a revision; all of them become candidates.

    Author and critic speak in conversations of their own: each sees the question, the last answer and, the author, the
    critique. A critique is a signal without a score. One that holds the words' `stop` ends the prompt's refinement. The
    author revises as well, unless a `reviser` does.
    """

    words: Refining
    rounds: int = 1
    temperature: float = 0.8
    revision_temperature: float = 0.0
    max_tokens: int = 64
    critique_tokens: int = 64
    role: str = "policy"
    critic: str = "policy"
    reviser: str = ""
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset({CRITIQUE})

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.role, self.critic, self.mender)))

    @property
    def mender(self) -> str:
        """The role that revises."""
        return self.reviser or self.role

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt: candidate 0 is the draft, each further one revises the one before it."""
        drafts = Sample(1, self.temperature, self.max_tokens, self.role).propose(at, prompts)
        threads = [_Thread(group, list(group.candidates)) for group in drafts]
        for turn in range(1, self.rounds + 1):
            self._criticise(at, [thread for thread in threads if thread.open], turn)
            self._revise(at, [thread for thread in threads if thread.open], turn)
        return [Group(t.prompt, tuple(t.candidates), tuple(t.signals)) for t in threads]

    def _criticise(self, at: Round, threads: Sequence[_Thread], turn: int) -> None:
        for thread in threads:
            thread.rule = principle_for(at, thread.prompt.id, turn - 1) if self.words.principled else ""
        asks = [self._ask(at, t, turn, CRITIQUE, self.words.asks, self.critique_tokens) for t in threads]
        answers = at.policy(self.critic).generate(asks, at.check)
        for thread, answer in zip(threads, answers, strict=True):
            thread.critique = answer.text.strip()
            thread.open = not self.words.stops(thread.critique)
            thread.signals.append(self._signal(thread, turn, answer))

    def _revise(self, at: Round, threads: Sequence[_Thread], turn: int) -> None:
        asks = [self._ask(at, t, turn, "revise", self.words.revises, self.max_tokens) for t in threads]
        policy = at.policy(self.mender)
        answers = policy.generate(asks, at.check)
        for thread, ask, answer in zip(threads, asks, answers, strict=True):
            made = candidate(policy, self.mender, len(thread.candidates), ask, answer)
            thread.candidates.append(_revision(made, thread.last.index, turn, ask.messages))

    def _ask(self, at: Round, thread: _Thread, turn: int, why: str, words: str, tokens: int) -> Ask:
        messages = (Message("user", words.format(**thread.slots())),)
        temperature = self.revision_temperature if why == "revise" else 0.0
        seed = seed_at(at.seed, at.iteration, at.phase, why, thread.prompt.id, turn)
        return Ask(messages, tokens, temperature, seed=seed)

    def _signal(self, thread: _Thread, turn: int, answer: Completion) -> Signal:
        error = "" if answer.text.strip() else NO_RESPONSE
        return Signal(
            kind=CRITIQUE,
            source=self.words.source,
            about=(thread.last.index,),
            value=None,
            label="revise" if thread.open else "stop",
            text=thread.critique,
            evidence=Evidence(CRITIQUE, {"principle": thread.rule, "critique": thread.critique}),
            raw=answer.text,
            parsed=not error,
            error=error,
            repeat=turn - 1,
        )


def _revision(made: Candidate, parent: int, turn: int, context: tuple[Message, ...]) -> Candidate:
    return replace(made, text=made.text.strip(), parent=parent, turn=turn, context=context)
