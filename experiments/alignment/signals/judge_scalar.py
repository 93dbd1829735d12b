"""A language model as judge: one absolute score a candidate, by a rubric, read from what it wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.foreign import admit_text
from experiments.alignment.judges.judge import Judge
from experiments.alignment.judges.rubrics import QUALITY, Rubric, judge_messages, read_score
from experiments.alignment.ports import Round
from experiments.alignment.seeds import digest, seed_at
from experiments.alignment.types import (
    NO_RESPONSE,
    Ask,
    Candidate,
    Capability,
    Completion,
    Evidence,
    Group,
    Signal,
)


@dataclass(frozen=True)
class JudgeScalar:
    """Asks the judge `repeats` times for each candidate, in a context of its own. Each time is a signal of
    its own.

    One greedy verdict by default; several are drawn at `temperature`. The raw text is kept whatever it holds.
    """

    rubric: Rubric = QUALITY
    repeats: int = 1
    role: str = "judge"
    max_tokens: int = 64
    temperature: float = 0.7
    kind: ClassVar[str] = "judge"
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """`repeats` signals a candidate, in the candidates' order; an unreadable verdict is unscored."""
        cases = [(g, c, r) for g in groups for c in g.candidates for r in range(self.repeats)]
        asks = [self._ask(at, group, candidate, repeat) for group, candidate, repeat in cases]
        policy = at.policy(self.role)
        answers = iter(policy.generate(asks, at.check))
        judge = self._judge(policy.name)
        return [
            tuple(
                self._signal(candidate, repeat, judge, next(answers))
                for candidate in group.candidates
                for repeat in range(self.repeats)
            )
            for group in groups
        ]

    def _ask(self, at: Round, group: Group, candidate: Candidate, repeat: int) -> Ask:
        messages = judge_messages(self.rubric, group.prompt.text, candidate.text)
        place = (
            at.seed,
            at.iteration,
            at.phase,
            "signal",
            self.role,
            self.rubric.source,
            group.prompt.id,
            candidate.index,
            digest([admit_text(candidate.text)]),
            repeat,
        )
        return Ask(messages, self.max_tokens, self._temperature, seed=seed_at(*place))

    @property
    def _temperature(self) -> float:
        return self.temperature if self.repeats > 1 else 0.0

    def _judge(self, model: str) -> Judge:
        prompt = judge_messages(self.rubric, "{question}", "{answer}")
        drawn = (self.max_tokens, self._temperature, self.repeats)
        return Judge(self.rubric.name, self.rubric.version, prompt, model, "text", *drawn)

    def _signal(self, candidate: Candidate, repeat: int, judge: Judge, answer: Completion) -> Signal:
        read = read_score(answer.text, self.rubric.low, self.rubric.high)
        reason = read.reason if answer.text.strip() else NO_RESPONSE
        return Signal(
            kind=self.kind,
            source=self.rubric.source,
            about=(candidate.index,),
            value=read.value,
            scores={} if read.value is None else {self.rubric.name: read.value},
            text=read.critique,
            evidence=Evidence(
                "rubric",
                {
                    "name": self.rubric.name,
                    "version": self.rubric.version,
                    "sha256": self.rubric.sha256,
                    "judge": judge.sha256,
                    "low": self.rubric.low,
                    "high": self.rubric.high,
                },
            ),
            raw=answer.text,
            parsed=not reason,
            error=reason,
            repeat=repeat,
        )
