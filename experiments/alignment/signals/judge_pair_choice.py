"""A language model as judge of pairs, its verdict read from the probabilities of the letters A and B."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.judges.pairwise import BETTER, LETTERS, PairRubric
from experiments.alignment.ports import Round
from experiments.alignment.signals.pair_cases import KIND, PairCase, judge_of, pair_cases, pair_signal
from experiments.alignment.types import Ask, Capability, Group, Message, Signal

NOW = Message("user", "So which answer is better? Answer with the letter A or B alone.")


@dataclass(frozen=True)
class JudgePairChoice:
    """Compares all candidates of the role `of` with each other, in both orders, by a soft probability.

    With `reasoning_tokens` the judge writes its reasons first. A chain of thought makes the letters all but certain,
    so that the probability is then held within `clamp` (Constitutional AI, arXiv 2212.08073, holds it within 40 and
    60 %). With `principled` the criterion is a principle of the constitution, drawn for each prompt.
    """

    rubric: PairRubric = BETTER
    role: str = "judge"
    of: str = "policy"
    principled: bool = False
    reasoning_tokens: int = 0
    clamp: tuple[float, float] = (0.4, 0.6)
    kind: ClassVar[str] = KIND
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate", "next_token"})

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """Two signals a pair, with the probability that the judge prefers the earlier candidate."""
        cases = pair_cases(at, groups, self.rubric, self.of, 1, self.principled)
        flat = [case for of_group in cases for case in of_group]
        reasons = self._reasons(at, flat)
        asks = [Ask(self._asked(case, said), 1) for case, said in zip(flat, reasons, strict=True)]
        policy = at.policy(self.role)
        chances = iter(policy.choose(asks, [LETTERS] * len(asks), at.check))
        told = iter(reasons)
        return [
            tuple(self._signal(case, policy.name, next(told), next(chances)[0]) for case in some)
            for some in cases
        ]

    def _reasons(self, at: Round, cases: Sequence[PairCase]) -> list[str]:
        if not self.reasoning_tokens:
            return [""] * len(cases)
        asks = [
            Ask(case.messages(False), self.reasoning_tokens, seed=case.seed(at, self.role)) for case in cases
        ]
        return [answer.text for answer in at.policy(self.role).generate(asks, at.check)]

    def _asked(self, case: PairCase, reasons: str) -> tuple[Message, ...]:
        if not self.reasoning_tokens:
            return case.messages(True)
        return (*case.messages(False), Message("assistant", reasons), NOW)

    def _signal(self, case: PairCase, model: str, reasons: str, logprob: float) -> Signal:
        judge = judge_of(case.rubric, model, "probabilities", self.reasoning_tokens, 0.0, 1)
        p_first = math.exp(logprob)
        if self.reasoning_tokens:
            low, high = self.clamp
            p_first = min(high, max(low, p_first))
        return pair_signal(case, judge, p_first, reasons.strip(), reasons)
