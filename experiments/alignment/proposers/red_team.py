"""Answers in which a strong model looks for violations, and the rules that it proposes against them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from experiments.alignment.diagnostics.rules import nearest
from experiments.alignment.ports import Round
from experiments.alignment.prompts.constitution import ROLE
from experiments.alignment.prompts.red_team import SOURCE, Violation, finding_messages, read_violation
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
    Prompt,
    Signal,
)

VIOLATION, NOVELTY = "critique_violation", "novelty"
RULE_ROLE = "rule"


@dataclass(frozen=True)
class RedTeam:
    """One answer a prompt (candidate 0) and, where the finder sees a violation, the rule against it (role `rule`).

    The rule's novelty is 1 less its likeness to the nearest rule that is held already, or that an earlier prompt of the
    same batch has brought.
    """

    temperature: float = 0.8
    max_tokens: int = 64
    finding_tokens: int = 96
    role: str = "policy"
    finder: str = "teacher"
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset({VIOLATION, NOVELTY})

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role, self.finder)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt, in the prompts' order."""
        drafts = Sample(1, self.temperature, self.max_tokens, self.role).propose(at, prompts)
        asks = [self._ask(at, group) for group in drafts]
        finder = at.policy(self.finder)
        said = finder.generate(asks, at.check)
        held = list(at.statements(ROLE))
        made = []
        for group, ask, answer in zip(drafts, asks, said, strict=True):
            read = read_violation(answer.text)
            rule = _rule(candidate(finder, RULE_ROLE, 1, ask, answer), read, ask)
            novel = [_novelty(read.rule, held)] if rule else []
            made.append(
                replace(group, candidates=(*group.candidates, *rule), signals=(_signal(read, answer), *novel))
            )
            held.extend(candidate.text for candidate in rule)
        return made

    def _ask(self, at: Round, group: Group) -> Ask:
        seed = seed_at(at.seed, at.iteration, at.phase, VIOLATION, group.prompt.id)
        messages = finding_messages(group.prompt, group.candidates[0].text)
        return Ask(messages, self.finding_tokens, seed=seed)


def _rule(made: Candidate, read: Violation, ask: Ask) -> tuple[Candidate, ...]:
    return (replace(made, text=read.rule, context=ask.messages),) if read.rule else ()


def _novelty(rule: str, held: Sequence[str]) -> Signal:
    likeness, other = nearest(rule, held)
    evidence = (
        Evidence("principle", {"name": f"nearest, {likeness:.2f} alike", "text": other}) if other else None
    )
    return Signal(NOVELTY, "rules", (1,), 1 - likeness, evidence=evidence)


def _signal(read: Violation, answer: Completion) -> Signal:
    error = read.error if answer.text.strip() else NO_RESPONSE
    return Signal(
        kind=VIOLATION,
        source=SOURCE,
        about=(0,),
        value=read.value,
        label="violation" if read.value else "none found" if read.value == 0 else "",
        text=read.found,
        evidence=Evidence("critique", {"principle": read.rule, "critique": read.found}),
        raw=answer.text,
        parsed=not error,
        error=error,
    )
