"""What each rule of a constitution did: how often it was drawn, and what the revisions by it fixed and broke."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RuleUse:
    """One revision by a rule. `before` and `after` are whether the answer was right, None where nobody knows."""

    rule: str
    before: float | None = None
    after: float | None = None


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """Revisions by one rule: all of them, and those that made a wrong answer right or a right one wrong."""

    uses: int
    fixes: int
    breaks: int


def rule_effects(uses: Iterable[RuleUse]) -> Mapping[str, RuleEffect]:
    """Each rule that was used with its effect, the most used first."""
    by_rule: dict[str, list[RuleUse]] = defaultdict(list)
    for use in uses:
        by_rule[use.rule].append(use)
    effects = {rule: _effect(of_rule) for rule, of_rule in by_rule.items()}
    return dict(sorted(effects.items(), key=lambda item: (-item[1].uses, item[0])))


def _effect(uses: list[RuleUse]) -> RuleEffect:
    known = [(u.before, u.after) for u in uses if u.before is not None and u.after is not None]
    return RuleEffect(len(uses), sum(a > b for b, a in known), sum(a < b for b, a in known))
