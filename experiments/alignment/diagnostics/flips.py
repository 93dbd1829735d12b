"""Did a change help? Paired yes and no before and after it: fixes, breaks and the exact test."""

from collections.abc import Sequence
from math import comb

from experiments.alignment.diagnostics.findings import LEAST_FOR_SHARE, Finding, not_enough
from experiments.alignment.diagnostics.intervals import share


def sign_test(up: int, down: int) -> float:
    """Two-sided exact p of so many ups and downs when both are equally likely; 1 where there are none."""
    n = up + down
    tail = sum(comb(n, k) for k in range(min(up, down) + 1))
    return min(1.0, 2.0 * tail / float(2**n))


def fixes(before: Sequence[float], after: Sequence[float]) -> Finding:
    """Share of the prompts that were wrong before and are right after."""
    return share([float(a > b) for b, a in zip(before, after, strict=True)])


def breaks(before: Sequence[float], after: Sequence[float]) -> Finding:
    """Share of the prompts that were right before and are wrong after."""
    return share([float(a < b) for b, a in zip(before, after, strict=True)])


def mcnemar(before: Sequence[float], after: Sequence[float]) -> Finding:
    """McNemar's exact p: fixes against breaks. It has no interval."""
    if len(before) < LEAST_FOR_SHARE:
        return not_enough(len(before))
    pairs = list(zip(before, after, strict=True))
    p = sign_test(sum(a > b for b, a in pairs), sum(a < b for b, a in pairs))
    return Finding(p, len(pairs), None, None)
