"""Correlation of what was said of the same things, with intervals over prompts."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from experiments.alignment.diagnostics.findings import Finding, not_enough
from experiments.alignment.diagnostics.intervals import Array, bootstrap

FLAT = 1e-12
"""Variance below which nothing varies: a correlation with it is undefined."""


def pearson(first: Sequence[float], second: Sequence[float]) -> Finding:
    """Pearson's r of two numbers a prompt, in the same order; undefined where one of them is always the same."""
    return mean_correlation([[pair] for pair in zip(first, second, strict=True)])


def spearman(first: Sequence[float], second: Sequence[float]) -> Finding:
    """Spearman's rank correlation of two numbers a prompt: Pearson's r of their mid-ranks among all prompts."""
    return pearson(_midranks(first), _midranks(second))


def _midranks(values: Sequence[float]) -> list[float]:
    """The mean place of each value among all, from 1."""
    _, inverse, counts = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    middle = last - (counts - 1) / 2
    return [float(middle[place]) for place in inverse]


def mean_correlation(groups: Sequence[Sequence[Sequence[float]]]) -> Finding:
    """Mean r over all pairs of columns: one list of rows a prompt, each row with one number a column.

    All rows are pooled; the bootstrap draws prompts with all their rows. Pairs of which a column never varies are
    left out; undefined where no pair is left.
    """
    filled = [np.asarray(rows, dtype=np.float64) for rows in groups if len(rows)]
    if not filled or filled[0].shape[1] < 2:
        return not_enough(len(filled))
    pairs = list(combinations(range(filled[0].shape[1]), 2))
    sums = [np.array([_sums(rows[:, a], rows[:, b]) for rows in filled]) for a, b in pairs]
    columns = [of_pair[:, column] for of_pair in sums for column in range(of_pair.shape[1])]
    return bootstrap(columns, lambda drawn: _mean_r([c.sum(axis=-1) for c in drawn]))


def _sums(a: Array, b: Array) -> list[float]:
    return [float(len(a)), *(float(x.sum()) for x in (a, b, a * a, b * b, a * b))]


def _mean_r(totals: Sequence[Array]) -> Array:
    """The mean over the pairs that have an r, from six sums each; NaN where none has."""
    rs = np.stack([_r(*totals[at : at + 6]) for at in range(0, len(totals), 6)])
    known = ~np.isnan(rs)
    count = known.sum(axis=0)
    total = np.where(known, rs, 0.0).sum(axis=0)
    return np.asarray(total / np.where(count == 0, np.nan, count))


def _r(n: Array, a: Array, b: Array, aa: Array, bb: Array, ab: Array) -> Array:
    va, vb = aa / n - (a / n) ** 2, bb / n - (b / n) ** 2
    flat = (va < FLAT) | (vb < FLAT)
    spread = np.sqrt(np.where(flat, 1.0, va * vb))
    return np.asarray(np.where(flat, np.nan, (ab / n - a * b / n**2) / spread))
