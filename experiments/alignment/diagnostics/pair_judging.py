"""Reliability and bias of pairwise judges. Input: for each prompt its pairs, each judged in both orders.

The estimators follow arXiv 2306.05685 (position), 2305.17926 (conflicts), 2406.07791 (repetition) and the alpaca_eval
program (length); intervals are over prompts. A noisy judge without any bias is inconsistent too, so consistency is
never read without the position preference and its sign test.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.alignment.diagnostics.findings import LEAST_FOR_SHARE, Finding, not_enough
from experiments.alignment.diagnostics.flips import sign_test
from experiments.alignment.diagnostics.intervals import mean, paired_difference, share

LEAST_DIFFERENCE = 30
"""Characters that two texts must differ by for one to count as the longer."""


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """How far the earlier text is preferred in [0, 1] when it was shown first, and when it was shown second.

    `longer` is how many characters longer it is, `gold` its true score less the other's, None where nobody knows.
    """

    shown_first: float
    shown_second: float
    longer: int = 0
    gold: float | None = None

    @property
    def winners(self) -> tuple[int, int]:
        """1 the earlier, −1 the later, 0 a tie, in either order."""
        return _sign(self.shown_first - 0.5), _sign(self.shown_second - 0.5)

    @property
    def winner(self) -> int:
        """The side that wins in both orders; a disagreement is a tie."""
        first, second = self.winners
        return first if first == second else 0

    @property
    def placed(self) -> int:
        """1 where the text that stands first wins in both orders, −1 where the second does, else 0."""
        first, second = self.winners
        return first if first == -second else 0


Pairs = Sequence[Sequence[JudgedPair]]


def position_consistency(pairs: Pairs) -> Finding:
    """Share of pairs with the same winner in both orders; a tie counts as a class of its own."""
    return share([_mean([float(p.winners[0] == p.winners[1]) for p in some]) for some in pairs if some])


def conflict_rate(pairs: Pairs) -> Finding:
    """One minus the consistency."""
    return share([_mean([float(p.winners[0] != p.winners[1]) for p in some]) for some in pairs if some])


def position_preference(pairs: Pairs) -> Finding:
    """How much more often the first place wins both times than the second, in [−1, 1]; 0 without bias."""
    return mean([_mean([float(p.placed) for p in some]) for some in pairs if some])


def position_p(pairs: Pairs) -> Finding:
    """The sign test's p for that preference, over the prompts that lean either way. It has no interval."""
    leans = [_sign(sum(p.placed for p in some)) for some in pairs if some]
    if len(leans) < LEAST_FOR_SHARE:
        return not_enough(len(leans))
    return Finding(sign_test(leans.count(1), leans.count(-1)), len(leans), None, None)


def pair_ties(pairs: Pairs) -> Finding:
    """Share of pairs that end as a tie, the disagreement of the orders included."""
    return share([_mean([float(p.winner == 0) for p in some]) for some in pairs if some])


def verbosity_preference(pairs: Pairs) -> Finding:
    """Share of decided pairs of clearly different length whose longer text wins."""
    told = [[p for p in some if p.winner and abs(p.longer) > LEAST_DIFFERENCE] for some in pairs]
    return share([_mean([float(p.winner == _sign(p.longer)) for p in some]) for some in told if some])


def verbosity_bias(pairs: Pairs) -> Finding:
    """The same, less the share of those pairs whose longer text is truly the better one."""
    told = [[p for p in some if p.winner and p.gold and abs(p.longer) > LEAST_DIFFERENCE] for some in pairs]
    told = [some for some in told if some]
    judged = [_mean([float(p.winner == _sign(p.longer)) for p in some]) for some in told]
    true = [_mean([float(_sign(p.gold or 0) == _sign(p.longer)) for p in some]) for some in told]
    return paired_difference(judged, true)


def pair_accuracy(pairs: Pairs) -> Finding:
    """Share of pairs with one truly better text in which the judge prefers it; a tie is half right, chance is ½."""
    told = [[p for p in some if p.gold] for some in pairs]
    return mean([_mean([(1 + p.winner * _sign(p.gold or 0)) / 2 for p in some]) for some in told if some])


def repetition_stability(verdicts: Sequence[Sequence[Sequence[int | float]]]) -> Finding:
    """Mean share of the commonest verdict among repeats. Input: for each prompt its cases, each with its repeats."""
    told = [[of_case for of_case in some if len(of_case) > 1] for some in verdicts]
    return share([_mean([_commonest(of_case) for of_case in some]) for some in told if some])


def _commonest(verdicts: Sequence[int | float]) -> float:
    return Counter(verdicts).most_common(1)[0][1] / len(verdicts)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
