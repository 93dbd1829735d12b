"""A language model as judge: the expected score under the probabilities of the score's digits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.judges.digits import digit_messages, digits, expected_score
from experiments.alignment.judges.judge import Judge
from experiments.alignment.judges.rubrics import QUALITY, Rubric
from experiments.alignment.ports import Round
from experiments.alignment.types import Ask, Capability, Evidence, Group, Signal


@dataclass(frozen=True)
class JudgeExpected:
    """One score a candidate, of any value on the scale: no text to parse, and fewer ties than written scores."""

    rubric: Rubric = QUALITY
    role: str = "judge"
    kind: ClassVar[str] = "judge"
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset({"next_token"})

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """One signal a candidate, in the candidates' order."""
        scores = digits(self.rubric)
        asks = [
            Ask(digit_messages(self.rubric, group.prompt.text, candidate.text), 1)
            for group in groups
            for candidate in group.candidates
        ]
        policy = at.policy(self.role)
        chances = iter(policy.choose(asks, [scores] * len(asks), at.check))
        return [
            tuple(
                self._signal(candidate.index, policy.name, expected_score(scores, next(chances)))
                for candidate in group.candidates
            )
            for group in groups
        ]

    def _signal(self, index: int, model: str, value: float) -> Signal:
        prompt = digit_messages(self.rubric, "{question}", "{answer}")
        judge = Judge(self.rubric.name, self.rubric.version, prompt, model, "probabilities")
        data = {
            "name": self.rubric.name,
            "version": self.rubric.version,
            "sha256": self.rubric.sha256,
            "judge": judge.sha256,
            "low": self.rubric.low,
            "high": self.rubric.high,
        }
        scores = {self.rubric.name: value}
        evidence = Evidence("rubric", data)
        return Signal(self.kind, judge.source, (index,), value, scores=scores, evidence=evidence)
