"""The author revises the answers in which a violation was found, by the rule of the constitution that fits it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from experiments.alignment.diagnostics.rules import nearest
from experiments.alignment.ports import Round
from experiments.alignment.prompts.constitution import ROLE
from experiments.alignment.prompts.red_team import SOURCE, revising_messages
from experiments.alignment.proposers.red_team import RULE_ROLE, VIOLATION, RedTeam
from experiments.alignment.proposers.refine_from import CRITIQUE
from experiments.alignment.proposers.sample import candidate
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import Ask, Candidate, Capability, Evidence, Group, Prompt, Signal


@dataclass(frozen=True)
class SelfRevise:
    """The answers of phase `after` with a revision each where a rule was proposed against them (arXiv 2403.18341).

    The rule is the one of the constitution that is likest to the proposed one; while there is no constitution, the
    proposed one. Where nothing was proposed before, as on prompts that are measured, `find` does it first.
    """

    find: RedTeam
    after: int = 0
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset({VIOLATION, CRITIQUE})

    @property
    def roles(self) -> tuple[str, ...]:
        return self.find.roles

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt, in the prompts' order: the draft and, where it was revised, the revision."""
        found = list(at.earlier(self.after)) or self.find.propose(at, prompts)
        rules = [_rule_for(at, group) for group in found]
        asks = [self._ask(at, group, rule) for group, rule in zip(found, rules, strict=True) if rule]
        policy = at.policy(self.find.role)
        said = iter(zip(asks, policy.generate(asks, at.check), strict=True))
        made = []
        for prompt, group, rule in zip(prompts, found, rules, strict=True):
            revised = [candidate(policy, self.find.role, 1, *next(said))] if rule else []
            made.append(_group(prompt, group, rule, revised))
        return made

    def _ask(self, at: Round, group: Group, rule: str) -> Ask:
        seed = seed_at(at.seed, at.iteration, at.phase, "revise", group.prompt.id)
        messages = revising_messages(group.prompt, group.candidates[0].text, rule)
        return Ask(messages, self.find.max_tokens, seed=seed)


def _rule_for(at: Round, group: Group) -> str:
    """The rule by which the draft is revised; empty where none was proposed."""
    proposed = next((c.text for c in group.candidates if c.role == RULE_ROLE), "")
    return (nearest(proposed, at.statements(ROLE))[1] or proposed) if proposed else ""


def _group(prompt: Prompt, found: Group, rule: str, revised: Sequence[Candidate]) -> Group:
    draft = found.candidates[0]
    seen = [signal for signal in found.signals if signal.kind == VIOLATION]
    said = seen[0].text if seen else ""
    told = [_critique(rule, said)] if rule else []
    final = [replace(one, text=one.text.strip(), parent=draft.index, turn=1) for one in revised]
    context = revising_messages(prompt, draft.text, rule)
    return Group(prompt, (draft, *(replace(one, context=context) for one in final)), (*seen, *told))


def _critique(rule: str, said: str) -> Signal:
    evidence = Evidence(CRITIQUE, {"principle": rule, "critique": said})
    return Signal(CRITIQUE, SOURCE, (0,), None, label="revise", text=said, evidence=evidence)
