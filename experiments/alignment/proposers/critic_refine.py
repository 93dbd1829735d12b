"""A draft, what a critic says of it, and several refinements that follow the critique."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.prompts.criticising import RIGHT, criticising, revising, verdict_of
from experiments.alignment.proposers.refine_from import CRITIQUE
from experiments.alignment.proposers.sample import Sample, candidate
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import (
    NO_RESPONSE,
    Ask,
    Candidate,
    Capability,
    Evidence,
    Group,
    Prompt,
    Signal,
)


@dataclass(frozen=True)
class CriticRefine:
    """Candidate 0 is the draft; `n` refinements by the same author follow, unless the critic finds nothing wrong.

    The critique is a signal about the draft, without a score; its label is the verdict that it begins with, "" where
    it begins with none, which is refined like a wrong one.
    """

    n: int = 3
    temperature: float = 0.8
    max_tokens: int = 64
    critique_tokens: int = 24
    role: str = "policy"
    critic: str = "critic"
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset({CRITIQUE})

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role, self.critic)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt, in the prompts' order."""
        drafts = Sample(1, self.temperature, self.max_tokens, self.role).propose(at, prompts)
        criticised = [
            replace(group, signals=(signal,))
            for group, signal in zip(drafts, self._critiques(at, drafts), strict=True)
        ]
        open_ones = [group for group in criticised if group.signals[0].label != RIGHT]
        refined = iter(self._refine(at, open_ones))
        return [next(refined) if group.signals[0].label != RIGHT else group for group in criticised]

    def _critiques(self, at: Round, drafts: Sequence[Group]) -> list[Signal]:
        asks = [
            Ask(criticising(group.prompt.text, group.candidates[0].text), self.critique_tokens)
            for group in drafts
        ]
        policy = at.policy(self.critic)
        return [_signal(policy.name, answer.text) for answer in policy.generate(asks, at.check)]

    def _refine(self, at: Round, groups: Sequence[Group]) -> list[Group]:
        asks = [self._ask(at, group, number) for group in groups for number in range(1, self.n + 1)]
        policy = at.policy(self.role)
        answers = policy.generate(asks, at.check)
        made = [
            _revision(candidate(policy, self.role, 1 + place % self.n, ask, answer), ask)
            for place, (ask, answer) in enumerate(zip(asks, answers, strict=True))
        ]
        return [
            replace(group, candidates=(group.candidates[0], *made[place * self.n : (place + 1) * self.n]))
            for place, group in enumerate(groups)
        ]

    def _ask(self, at: Round, group: Group, number: int) -> Ask:
        seed = seed_at(at.seed, at.iteration, at.phase, "refine", group.prompt.id, number)
        told = revising(group.prompt.text, group.candidates[0].text, group.signals[0].text)
        return Ask(told, self.max_tokens, self.temperature, seed=seed)


def _revision(made: Candidate, ask: Ask) -> Candidate:
    return replace(made, text=made.text.strip(), parent=0, turn=1, context=ask.messages)


def _signal(source: str, raw: str) -> Signal:
    text = raw.strip()
    return Signal(
        kind=CRITIQUE,
        source=source,
        about=(0,),
        value=None,
        label=verdict_of(text),
        text=text,
        evidence=Evidence(CRITIQUE, {"principle": "", "critique": text}),
        raw=raw,
        parsed=bool(verdict_of(text)),
        error="" if verdict_of(text) else NO_RESPONSE if not text else "the critique begins with no verdict",
    )
