"""A small society: an author drafts, observers rate and comment, the author revises, and they rate again."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from experiments.alignment.judges.quoting import quoted
from experiments.alignment.ports import Round
from experiments.alignment.prompts.personas import (
    PERSONAS,
    REVISES,
    Persona,
    comments,
    personas_sha256,
    rates,
)
from experiments.alignment.proposers.sample import Sample, candidate
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import (
    Ask,
    Candidate,
    Capability,
    Evidence,
    Group,
    Message,
    Prompt,
    Signal,
)

RATINGS = tuple("1234567")
RATING = "observer"
GAIN = "observers"


@dataclass
class _Scene:
    """One prompt's draft and revision with what each observer said of them, in the observers' order."""

    group: Group
    before: list[float] = field(default_factory=list)
    after: list[float] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    @property
    def draft(self) -> Candidate:
        return self.group.candidates[0]


@dataclass(frozen=True)
class Observers:
    """A draft (candidate 0) and its revision after the observers' comments (candidate 1).

    Each observer is the role `observer` under a persona of its own, in a conversation of its own. A rating is the
    expected one under the probabilities of 1 to 7. Every rating is a signal; one more says how much the mean rose.
    """

    personas: tuple[Persona, ...] = PERSONAS
    temperature: float = 0.8
    max_tokens: int = 64
    comment_tokens: int = 32
    role: str = "policy"
    observer: str = "observer"
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate", "next_token"})
    gives: ClassVar[frozenset[str]] = frozenset({RATING, GAIN})

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role, self.observer)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt, in the prompts' order."""
        drafts = Sample(1, self.temperature, self.max_tokens, self.role).propose(at, prompts)
        scenes = [_Scene(group) for group in drafts]
        for scene, said in zip(scenes, self._rate(at, scenes, [s.draft for s in scenes]), strict=True):
            scene.before = said
        self._comment(at, scenes)
        revisions = self._revise(at, scenes)
        for scene, said in zip(scenes, self._rate(at, scenes, revisions), strict=True):
            scene.after = said
        source = f"observers {personas_sha256(self.personas)[:12]}"
        return [
            Group(s.group.prompt, (s.draft, made), self._signals(s, source))
            for s, made in zip(scenes, revisions, strict=True)
        ]

    def _rate(self, at: Round, scenes: Sequence[_Scene], answers: Sequence[Candidate]) -> list[list[float]]:
        """Each observer's expected rating of each scene's answer, in [1, 7]."""
        asks = [
            Ask((Message("system", rates(persona)), _case(scene, answer)), 1)
            for scene, answer in zip(scenes, answers, strict=True)
            for persona in self.personas
        ]
        chances = at.policy(self.observer).choose(asks, [RATINGS] * len(asks), at.check)
        ratings = [_expected(of_ask) for of_ask in chances]
        n = len(self.personas)
        return [ratings[place * n : (place + 1) * n] for place in range(len(scenes))]

    def _comment(self, at: Round, scenes: Sequence[_Scene]) -> None:
        asks = [
            Ask((Message("system", comments(persona)), _case(scene, scene.draft)), self.comment_tokens)
            for scene in scenes
            for persona in self.personas
        ]
        said = iter(at.policy(self.observer).generate(asks, at.check))
        for scene in scenes:
            scene.comments = [next(said).text.strip() for _ in self.personas]

    def _revise(self, at: Round, scenes: Sequence[_Scene]) -> list[Candidate]:
        policy = at.policy(self.role)
        asks = [self._asks_revision(at, scene) for scene in scenes]
        answers = policy.generate(asks, at.check)
        return [
            replace(
                candidate(policy, self.role, 1, ask, answer),
                text=answer.text.strip(),
                parent=0,
                turn=1,
                context=ask.messages,
            )
            for ask, answer in zip(asks, answers, strict=True)
        ]

    def _asks_revision(self, at: Round, scene: _Scene) -> Ask:
        names = [persona.name for persona in self.personas]
        lines = "\n".join(f"{n}: {c}" for n, c in zip(names, scene.comments, strict=True))
        words = REVISES.format(question=scene.group.prompt.text, answer=scene.draft.text, comments=lines)
        seed = seed_at(at.seed, at.iteration, at.phase, "revise", scene.group.prompt.id)
        return Ask((Message("user", words),), self.max_tokens, seed=seed)

    def _signals(self, scene: _Scene, source: str) -> tuple[Signal, ...]:
        ratings = [
            Signal(RATING, persona.name, (index,), value)
            for index, values in ((0, scene.before), (1, scene.after))
            for persona, value in zip(self.personas, values, strict=True)
        ]
        gain = _mean(scene.after) - _mean(scene.before)
        evidence = Evidence(GAIN, {"ratings": self._table(scene)})
        return (*ratings, Signal(GAIN, source, (1,), gain, evidence=evidence))

    def _table(self, scene: _Scene) -> list[Mapping[str, Any]]:
        rows = zip(self.personas, scene.before, scene.after, scene.comments, strict=True)
        return [{"persona": p.name, "before": b, "after": a, "comment": c} for p, b, a, c in rows]


def _case(scene: _Scene, answer: Candidate) -> Message:
    return Message("user", f"Question: {quoted(scene.group.prompt.text)}\n\nAnswer: {quoted(answer.text)}")


def _expected(logprobs: Sequence[float]) -> float:
    return sum(float(rating) * math.exp(logprob) for rating, logprob in zip(RATINGS, logprobs, strict=True))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
