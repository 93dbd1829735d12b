"""Is a proxy optimised beyond the point where it helps? Curves of the true score, after arXiv 2210.10760.

With d = √KL from the start, in nats, the gain R over the start is d(α − β·d) for best-of-n and d(α − β·log d) for
reinforcement learning; both are fitted by least squares, and d* is where R is largest. KL of best-of-n is at most
log n − (n − 1)/n.

Departures: intervals by a bootstrap over prompts, in which distances are taken as known; no peak is stated where the
curve explains less than `LEAST_R2` of the variance between the points, or has none.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from experiments.alignment.diagnostics import intervals
from experiments.alignment.diagnostics.findings import LEAST_FOR_MEAN, Finding, not_enough
from experiments.alignment.diagnostics.intervals import Array

Form = Literal["best-of-n", "reinforcement"]
LEAST_R2 = 0.8
MOST_REACH = 1000.0
LEAST_POINTS = 3
"""Distances beyond the start: two would be fitted exactly by any two parameters."""


@dataclass(frozen=True, slots=True)
class Curve:
    """R² of the fit, and where it peaks: the distance d* (√nats), and how far toward it the data reach, d / d*.

    Where that ratio lies below 1 the peak is an extrapolation beyond the data. A peak without an upper bound has None.
    """

    r2: float
    peak: Finding
    reached: Finding


def best_of_n_kl(n: int) -> float:
    """An upper bound of KL from the sampling policy to its best-of-n, in nats."""
    return math.log(n) - (n - 1) / n


def curve(form: Form, distances: Sequence[float], gains: Sequence[Sequence[float]]) -> Curve | None:
    """The curve through points at these distances (all > 0): at each the gain of every prompt, in one order.

    None where there are too few points or prompts.
    """
    columns = [np.asarray(gain, dtype=np.float64) for gain in gains]
    if len(columns) < LEAST_POINTS or len(columns[0]) < LEAST_FOR_MEAN:
        return None
    d = np.asarray(distances, dtype=np.float64)
    solve = np.linalg.pinv(np.stack([d, _bend(form, d)], axis=1))

    def reach(drawn: Sequence[Array]) -> Array:
        alpha, beta = np.tensordot(solve, np.stack([c.mean(axis=-1) for c in drawn]), axes=1)
        fitted = np.multiply.outer(d, alpha) + np.multiply.outer(_bend(form, d), beta)
        # Below the start at every distance of the data, it is past its peak, whatever the curve's ends do.
        return np.where((fitted < 0).all(axis=0), MOST_REACH, _reach(form, alpha, beta, float(d.max())))

    r2 = _r2(form, d, solve, np.array([column.mean() for column in columns]))
    reached = intervals.bootstrap(columns, reach) if r2 >= LEAST_R2 else not_enough(len(columns[0]))
    if not reached.value:
        return Curve(r2, not_enough(reached.n), not_enough(reached.n))
    return Curve(r2, _peak(reached, float(d.max())), reached)


def _bend(form: Form, d: Array) -> Array:
    return -d * d if form == "best-of-n" else -d * np.log(d)


def _reach(form: Form, alpha: Array, beta: Array, farthest: float) -> Array:
    """The farthest distance over d*; 0 where the curve never turns down, and at most `MOST_REACH`."""
    slope = np.divide(beta, alpha, out=np.zeros_like(beta), where=alpha > 0)
    if form == "best-of-n":
        reach = np.where(alpha > 0, 2 * slope * farthest, np.where(beta > 0, MOST_REACH, 0.0))
    else:
        bends = beta > 0
        exponent = 1 - np.divide(alpha, beta, out=np.zeros_like(alpha), where=bends)
        reach = np.where(bends, farthest * np.exp(np.clip(exponent, -50, 50)), 0.0)
    return np.clip(reach, 0.0, MOST_REACH)


def _peak(reached: Finding, farthest: float) -> Finding:
    """d* with the interval of its inverse."""

    def at(reach: float | None) -> float | None:
        return farthest / reach if reach else None

    return Finding(at(reached.value), reached.n, at(reached.high), at(reached.low))


def _r2(form: Form, d: Array, solve: Array, gains: Array) -> float:
    """Against the mean of the points; 0 for points that do not differ."""
    alpha, beta = solve @ gains
    left = gains - (alpha * d + beta * _bend(form, d))
    total = float(((gains - gains.mean()) ** 2).sum())
    return 1 - float((left**2).sum()) / total if total > 0 else 0.0


def best_of_n(scored: Sequence[tuple[float, float]], n: int) -> float:
    """The unbiased estimate of the value of the best of n by the proxy, from N ≥ n samples of (proxy, value).

    Σ C(i−1, n−1)/C(N, n)·value of rank i; values within a tie of the proxy are averaged.
    """
    ordered = _ties_averaged(scored)
    return sum(w * value for w, value in zip(_weights(len(ordered), n), ordered, strict=True))


def _weights(samples: int, n: int) -> list[float]:
    """How likely each rank, worst first, is to be the best of n that are drawn without replacement."""
    return [math.comb(i - 1, n - 1) / math.comb(samples, n) for i in range(1, samples + 1)]


def _ties_averaged(scored: Sequence[tuple[float, float]]) -> list[float]:
    """Values in the order of the proxy, each tied one replaced by the mean of its tie."""
    by_proxy: dict[float, list[float]] = {}
    for proxy, value in scored:
        by_proxy.setdefault(proxy, []).append(value)
    return [sum(some) / len(some) for proxy in sorted(by_proxy) for some in [by_proxy[proxy]] for _ in some]


def powers(most: int) -> list[int]:
    """1, 2, 4 … up to `most`."""
    return [2**i for i in range(most.bit_length())]
