"""Estimates with 95 % intervals over prompts: several samples of one prompt are never counted as independent.

Bootstraps draw prompts with a fixed seed, so that the same numbers always give the same interval.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from experiments.alignment.diagnostics.findings import LEAST_FOR_MEAN, LEAST_FOR_SHARE, Finding, not_enough

Array = npt.NDArray[np.float64]
Values = Mapping[str, float | None]

Z = 1.959963984540054
"""Two-sided 95 % point of the normal distribution."""
DRAWS = 2000
LEAST_POINTS = 3
SEED = 20240625


def share(values: Sequence[float]) -> Finding:
    """Mean of per-prompt shares in [0, 1]: Wilson's interval at the effective number of prompts.

    For one yes or no a prompt this is Wilson's interval itself. Where a prompt holds the share of several yes
    and no, the prompts' own variance says how much they are worth, at least one observation each.
    """
    n = len(values)
    if n < LEAST_FOR_SHARE:
        return not_enough(n)
    data = np.asarray(values, dtype=np.float64)
    p, spread = float(data.mean()), float(data.var())
    effective = n * p * (1 - p) / spread if spread > 0 else n
    low, high = wilson(p, effective)
    return Finding(p, n, low, high)


def wilson(p: float, n: float) -> tuple[float, float]:
    """Wilson's score interval for a share p of n observations; n need not be whole."""
    centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * float(np.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)))
    return max(0.0, min(p, centre - half)), min(1.0, max(p, centre + half))


def mean(values: Sequence[float]) -> Finding:
    """Mean over prompts with the percentile interval of a bootstrap over prompts."""
    return bootstrap([values], lambda columns: columns[0].mean(axis=-1))


def paired_difference(first: Sequence[float], second: Sequence[float]) -> Finding:
    """Mean of first - second over the same prompts, in the same order.

    Where each prompt is right or wrong the interval is Bonett and Price's (doi 10.1002/sim.5710), which stays honest
    where few prompts differ; else a bootstrap over prompts.
    """
    change = np.subtract(first, second)
    if len(change) >= LEAST_FOR_MEAN and np.isin(change, (-1.0, 0.0, 1.0)).all():
        return _flips(change)
    return bootstrap([change], lambda columns: columns[0].mean(axis=-1))


def _flips(change: Array) -> Finding:
    """One more prompt of either kind is added before the Wald interval is taken."""
    n = len(change)
    up, down = (float((change == side).sum() + 1) / (n + 2) for side in (1, -1))
    half = Z * float(np.sqrt((up + down - (up - down) ** 2) / (n + 2)))
    return Finding(float(change.mean()), n, max(-1.0, up - down - half), min(1.0, up - down + half))


def ratio_of_counts(part: Sequence[float], whole: Sequence[float]) -> Finding:
    """The share that the `part` counted in all prompts is of the `whole`; each part lies within its whole.

    Wilson's interval at the effective number of prompts, of those alone that count anything: a prompt's counts are not
    independent. `n` is the number of these prompts.
    """
    parts, wholes = (np.asarray(counts, dtype=np.float64) for counts in (part, whole))
    n = int((wholes > 0).sum())
    if n < LEAST_FOR_SHARE:
        return not_enough(n)
    p = float(parts.sum() / wholes.sum())
    variance = float(((parts - p * wholes) ** 2).sum() / wholes.sum() ** 2)
    low, high = wilson(p, p * (1 - p) / variance if variance > 0 else n)
    return Finding(p, n, low, high)


def ratio_of_means(first: Sequence[float], second: Sequence[float]) -> Finding:
    """Mean of first over mean of second, over the same prompts; undefined where the second mean is 0."""
    return bootstrap([first, second], lambda columns: quotient(*(c.mean(axis=-1) for c in columns)))


def slope(rounds: Sequence[Values]) -> Finding:
    """Change of the mean per iteration (least squares) over the prompts that every round scored.

    The slope of means is the mean of each prompt's slope, so the bootstrap over prompts is one over those.
    """
    keys = [key for key in rounds[0] if all(values.get(key) is not None for values in rounds)]
    if len(rounds) < LEAST_POINTS or not keys:
        return not_enough(len(keys))
    table = np.array([[values[key] for key in keys] for values in rounds], dtype=np.float64)
    at = np.arange(len(rounds)) - (len(rounds) - 1) / 2
    return mean((at @ table / float(at @ at)).tolist())


def bootstrap(
    columns: Sequence[Sequence[float] | Array], statistic: Callable[[Sequence[Array]], Array]
) -> Finding:
    """A statistic of several numbers a prompt, with the percentile interval of a bootstrap over prompts.

    `columns` hold one number a prompt each, in the same order. `statistic` gets them whole, [n], and drawn anew,
    [draws, n]; it reduces the last axis, so that whatever it pools is pooled in each draw. NaN is undefined.
    """
    data = [np.asarray(column, dtype=np.float64) for column in columns]
    n = len(data[0])
    if n < LEAST_FOR_MEAN:
        return not_enough(n)
    value = float(statistic(data))
    if np.isnan(value):
        return not_enough(0)
    draws = np.random.default_rng(SEED).integers(0, n, size=(DRAWS, n))
    low, high = np.nanquantile(statistic([column[draws] for column in data]), [0.025, 0.975])
    return Finding(value, n, float(low), float(high))


def quotient(above: Array, below: Array) -> Array:
    """One array over another; NaN where the second is 0."""
    return np.asarray(above / np.where(below == 0, np.nan, below))
