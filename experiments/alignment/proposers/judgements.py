"""Judgements as candidates: the judge's own verdicts about one answer, to be compared and learned from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from experiments.alignment.judges.rubrics import QUALITY, Rubric, judge_messages
from experiments.alignment.ports import Round
from experiments.alignment.proposers.sample import Sample, candidate
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import Ask, Candidate, Capability, Group, Prompt

JUDGE = "judge"


@dataclass(frozen=True)
class Judgements:
    """One answer a prompt (candidate 0, the author's) and `n` drawn judgements of it (role `judge`).

    A judgement's training prompt is what the judge was told, so that it is learned as a judgement.
    """

    n: int
    rubric: Rubric = QUALITY
    temperature: float = 0.8
    max_tokens: int = 64
    judge_tokens: int = 64
    role: str = "policy"
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role, JUDGE)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt, in the prompts' order; its judgements have the indexes 1 to n."""
        groups = Sample(1, self.temperature, self.max_tokens, self.role).propose(at, prompts)
        asks = [self._ask(at, group, index) for group in groups for index in range(1, self.n + 1)]
        judge = at.policy(JUDGE)
        said = judge.generate(asks, at.check)
        made = [
            replace(
                candidate(judge, JUDGE, 1 + place % self.n, ask, answer),
                context=ask.messages,
                train_context=ask.messages,
            )
            for place, (ask, answer) in enumerate(zip(asks, said, strict=True))
        ]
        return [_with(group, made[i * self.n : (i + 1) * self.n]) for i, group in enumerate(groups)]

    def _ask(self, at: Round, group: Group, index: int) -> Ask:
        messages = judge_messages(self.rubric, group.prompt.text, group.candidates[0].text)
        seed = seed_at(at.seed, at.iteration, at.phase, JUDGE, self.rubric.source, group.prompt.id, index)
        return Ask(messages, self.judge_tokens, self.temperature, seed=seed)


def _with(group: Group, judgements: Sequence[Candidate]) -> Group:
    return replace(group, candidates=(*group.candidates, *judgements))
