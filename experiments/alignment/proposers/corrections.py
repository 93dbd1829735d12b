"""A corrector behind the model: what it learns from, and how it answers (Aligner, arXiv 2402.02416)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.prompts.correcting import correcting
from experiments.alignment.proposers.greedy import Greedy
from experiments.alignment.proposers.refine_from import CRITIQUE, RefineFrom
from experiments.alignment.proposers.sample import candidate
from experiments.alignment.types import Ask, Candidate, Capability, Group, Prompt


@dataclass(frozen=True)
class Corrections:
    """The refinements of another proposer as lessons of a corrector: after question and draft, the revision.

    A draft that was left alone is a lesson too: to copy it.
    """

    refine: RefineFrom
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset({CRITIQUE})

    @property
    def roles(self) -> tuple[str, ...]:
        return self.refine.roles

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """The groups of the refinement; each candidate is trained on after the corrector's prompt."""
        return [_lessons(group) for group in self.refine.propose(at, prompts)]


def _lessons(group: Group) -> Group:
    draft = group.candidates[0].text
    told = correcting(group.prompt, draft)
    return replace(group, candidates=tuple(replace(c, train_context=told) for c in group.candidates))


@dataclass(frozen=True)
class Corrected:
    """The policy's greedy answer as the corrector puts it right; plain as long as no corrector was trained."""

    max_tokens: int = 64
    role: str = "policy"
    corrector: str = "corrector"
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role, self.corrector)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt with one candidate, in the prompts' order."""
        drafts = Greedy(self.max_tokens, self.role).propose(at, prompts)
        if at.iteration == 0:
            return drafts
        asks = [Ask(correcting(group.prompt, group.candidates[0].text), self.max_tokens) for group in drafts]
        policy = at.policy(self.corrector)
        answers = policy.generate(asks, at.check)
        made: list[Candidate] = [
            replace(candidate(policy, self.corrector, 0, ask, answer), context=ask.messages)
            for ask, answer in zip(asks, answers, strict=True)
        ]
        return [Group(prompt, (one,)) for prompt, one in zip(prompts, made, strict=True)]
