"""What each rule of a constitution did: how often it was drawn, and what the revisions by it fixed and broke; and
which rules say the same.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from experiments.alignment import word_cosine
from experiments.alignment.diagnostics.text import words

ALIKE = 0.9
"""Cosine of the word counts above which two rules say the same."""


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


def cosine(first: str, second: str) -> float:
    """The cosine of the word counts of two texts, 0 to 1; 0 where one has no words."""
    return word_cosine.cosine(Counter(words(first)), Counter(words(second)))


def nearest(text: str, others: Sequence[str]) -> tuple[float, str]:
    """The likest of the others with its cosine, the first of equals; 0 and nothing where there are none."""
    return max(
        ((cosine(text, other), other) for other in others), key=lambda pair: pair[0], default=(0.0, "")
    )


def duplicates(rules: Sequence[str], alike: float = ALIKE) -> int:
    """How many rules say what an earlier one says."""
    return sum(nearest(rule, rules[:place])[0] > alike for place, rule in enumerate(rules))
