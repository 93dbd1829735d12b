"""Is a confidence worth what it says? The expected calibration error, with its interval."""

from collections.abc import Sequence

import numpy as np

from experiments.alignment.diagnostics.findings import LEAST_FOR_MEAN, Finding, not_enough
from experiments.alignment.diagnostics.intervals import DRAWS, SEED, Array

BINS = 10


def calibration_error(confidence: Sequence[float], right: Sequence[float], bins: int = BINS) -> Finding:
    """Σ n_b/N·|accuracy_b − mean confidence_b| over bins of equal width on [0, 1] (arXiv 1706.04599).

    One confidence and one 0 or 1 a prompt. The estimate is biased upward, more so at small N: compare it only at equal
    N and bins. The interval is a bootstrap over prompts.
    """
    n = len(confidence)
    if n < LEAST_FOR_MEAN:
        return not_enough(n)
    sure = np.asarray(confidence, dtype=np.float64)
    off = np.asarray(right, dtype=np.float64) - sure
    places = np.minimum((sure * bins).astype(np.int64), bins - 1)
    draws = np.random.default_rng(SEED).integers(0, n, size=(DRAWS, n))
    low, high = np.quantile(_error(off[draws], places[draws], bins), [0.025, 0.975])
    return Finding(float(_error(off, places, bins)), n, float(low), float(high))


def _error(off: Array, places: Array, bins: int) -> Array:
    by_bin = [np.abs(np.where(places == b, off, 0.0).sum(axis=-1)) for b in range(bins)]
    return np.asarray(np.sum(by_bin, axis=0) / off.shape[-1])
