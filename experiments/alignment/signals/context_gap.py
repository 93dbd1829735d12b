"""How much likelier a context makes an answer than the policy without it finds it: the gap that distillation closes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.types import Ask, Candidate, Capability, Group, Signal

TRUNCATED = "truncated"
NO_PROBABILITIES = "this model gives no log-probabilities"


@dataclass(frozen=True)
class ContextGap:
    """One signal a candidate with a context: (log π(y|c,q) − log π'(y|q)) per token, in nats.

    π is the teacher under the context and π' the policy of the round without it. On the teacher's samples at
    temperature 1 the mean is KL(π(·|c,q) ‖ π'(·|q)) per token (arXiv 2112.00861), else only a comparison.
    The answer's text is encoded anew without its end token, which counts neither in the sums nor among the tokens.
    A truncated answer is no whole sample and stays unscored: the mean is over answers that came to an end.
    Where a model gives no log-probabilities the signal is unscored, therefore it needs no capability.
    """

    teacher: str = "base"
    role: str = "policy"
    kind: ClassVar[str] = "context_gap"
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.teacher, self.role)

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """In the groups' and candidates' order; `scores` hold both sums of log-probabilities."""
        cases = [(group, c) for group in groups for c in group.candidates if c.stop == "end"]
        if not all("score" in at.policy(role).capabilities for role in self.roles):
            return [tuple(_unscored(c, NO_PROBABILITIES) for c in group.candidates) for group in groups]
        texts = [candidate.text for _, candidate in cases]
        told = [Ask(candidate.context or group.prompt.messages, 1) for group, candidate in cases]
        alone = [Ask(group.prompt.messages, 1) for group, _ in cases]
        within = iter(at.policy(self.teacher).score(told, texts, at.check))
        without = iter(at.policy(self.role).score(alone, texts, at.check))
        return [
            tuple(
                _signal(c, next(within), next(without)) if c.stop == "end" else _unscored(c, TRUNCATED)
                for c in group.candidates
            )
            for group in groups
        ]


def _signal(candidate: Candidate, within: float, without: float) -> Signal:
    gap = (within - without) / max(1, candidate.n_tokens - 1)
    scores = {"with_context": within, "without": without}
    return Signal("context_gap", "log-probabilities", (candidate.index,), gap, scores=scores)


def _unscored(candidate: Candidate, error: str) -> Signal:
    about = (candidate.index,)
    return Signal("context_gap", "log-probabilities", about, None, parsed=False, error=error)
