"""How much of the gap between a low and a high model is closed: PGR and its relatives.

GC = (x − low) / (high − low). Where the gap is small the ratio says nothing (its interval has no bounds), so it is
undefined unless the gap is more than three standard errors.

Source: performance gap recovered, arXiv 2312.09390, section 3. Departures: paired over prompts, an interval, and the
rule for undefined.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.alignment.diagnostics import intervals
from experiments.alignment.diagnostics.findings import LEAST_FOR_MEAN, Finding, not_enough
from experiments.alignment.diagnostics.intervals import Array

LEAST_ERRORS = 3.0
"""Standard errors that the gap must exceed."""
LEAST_SEEDS = 3
T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
"""Two-sided 95 % points of Student's t for 1 to 10 degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Closure:
    """The gap high − low and the share of it that x closes. `closed` has no value where `undefined` says why."""

    gap: Finding
    closed: Finding
    undefined: str = ""


def gap_closure(low: Sequence[float], high: Sequence[float], x: Sequence[float]) -> Closure:
    """Over prompts: scores of the three models on the same prompts in the same order, all of one length.

    The interval of the ratio is a bootstrap over prompts.
    """
    gap = intervals.paired_difference(high, low) if len(low) else not_enough(0)
    above = np.subtract(high, low)
    reason = _undefined(above, LEAST_FOR_MEAN, "prompts")
    if reason:
        return Closure(gap, not_enough(len(low)), reason)
    closed = intervals.ratio_of_means(np.subtract(x, low).tolist(), above.tolist())
    return Closure(gap, closed)


def gap_closure_of_seeds(low: Sequence[float], high: Sequence[float], x: Sequence[float]) -> Closure:
    """Over the runs of a sweep: one score a seed for each model, in the same order of seeds.

    Both intervals hold over seeds (Student's t for the gap, Fieller's theorem for the ratio): unlike those over
    prompts they say what another training would give.
    """
    above, closed = np.subtract(high, low), np.subtract(x, low)
    gap = _t_interval(above)
    reason = _undefined(above, LEAST_SEEDS, "seeds")
    if reason:
        return Closure(gap, not_enough(len(low)), reason)
    return Closure(gap, fieller(closed, above))


def fieller(above: Array, below: Array) -> Finding:
    """Mean of `above` over mean of `below` for paired values, with Fieller's 95 % interval.

    No value where the interval is unbounded, that is where the mean below is not significantly different from 0.
    """
    n = len(below)
    a, b = float(above.mean()), float(below.mean())
    (aa, ab), (_, bb) = np.cov(above, below) / n
    t = student(n - 1)
    square = b * b - t * t * bb
    if square <= 0:
        return not_enough(n)
    middle = a * b - t * t * ab
    half = float(np.sqrt(max(0.0, middle**2 - square * (a * a - t * t * aa))))
    return Finding(a / b, n, float(middle - half) / square, float(middle + half) / square)


def student(df: int) -> float:
    """The two-sided 95 % point of Student's t; beyond the table by its expansion about the normal one."""
    if df <= len(T95):
        return T95[df - 1]
    z = intervals.Z
    return z + (z**3 + z) / (4 * df) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * df**2)


def _t_interval(values: Array) -> Finding:
    n = len(values)
    if n < LEAST_SEEDS:
        return not_enough(n)
    centre, half = float(values.mean()), student(n - 1) * _error(values)
    return Finding(centre, n, centre - half, centre + half)


def _error(values: Array) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def _undefined(above: Array, least: int, what: str) -> str:
    """Why the ratio says nothing; empty where it does."""
    if len(above) < least:
        return f"only {len(above)} {what}, at least {least} are needed"
    gap, error = float(above.mean()), _error(above)
    if gap > LEAST_ERRORS * error and gap > 0:
        return ""
    if gap <= 0:
        return f"the high model is no better than the low one (gap {gap:.3f})"
    return f"the gap of {gap:.3f} is within three standard errors of {error:.3f}"
