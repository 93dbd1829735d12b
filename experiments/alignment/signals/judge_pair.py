"""A language model as judge of pairs, its verdict read from what it wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.judges.pairwise import BETTER, PairRubric, read_choice
from experiments.alignment.ports import Round
from experiments.alignment.signals.pair_cases import KIND, PairCase, judge_of, pair_cases, pair_signal
from experiments.alignment.types import NO_RESPONSE, Ask, Capability, Completion, Group, Signal


@dataclass(frozen=True)
class JudgePair:
    """Compares all candidates of the role `of` with each other, in both orders, `repeats` times each.

    Every presentation is a signal of its own; nothing merges them but those who read them. With `principled` the
    criterion is a principle of the constitution, drawn for each prompt. One greedy verdict by default.
    """

    rubric: PairRubric = BETTER
    repeats: int = 1
    role: str = "judge"
    max_tokens: int = 96
    temperature: float = 0.7
    of: str = "policy"
    principled: bool = False
    kind: ClassVar[str] = KIND
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """Two signals a pair and repeat; an unreadable verdict is unscored."""
        cases = pair_cases(at, groups, self.rubric, self.of, self.repeats, self.principled)
        policy = at.policy(self.role)
        asks = [self._ask(at, case) for of_group in cases for case in of_group]
        answers = iter(policy.generate(asks, at.check))
        return [tuple(self._signal(case, policy.name, next(answers)) for case in some) for some in cases]

    @property
    def _temperature(self) -> float:
        return self.temperature if self.repeats > 1 else 0.0

    def _ask(self, at: Round, case: PairCase) -> Ask:
        return Ask(case.messages(False), self.max_tokens, self._temperature, seed=case.seed(at, self.role))

    def _signal(self, case: PairCase, model: str, answer: Completion) -> Signal:
        judge = judge_of(case.rubric, model, "text", self.max_tokens, self._temperature, self.repeats)
        read = read_choice(answer.text)
        error = read.error if answer.text.strip() else NO_RESPONSE
        return pair_signal(case, judge, read.p_first, read.reasons, answer.text, error)
