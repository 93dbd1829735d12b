"""What n samples of a prompt say about k of them, without bias (pass@k: arXiv 2107.03374)."""

import math


def pass_at(k: int, samples: int, right: int) -> float:
    """The chance that at least one of k samples is right, from `samples` ≥ k of which `right` are.

    1 − C(samples − right, k) / C(samples, k).
    """
    return 1 - math.comb(samples - right, k) / math.comb(samples, k)
