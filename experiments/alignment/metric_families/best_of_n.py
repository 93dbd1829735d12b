"""Best-of-n by a signal: what the proxy promises, what the check finds, and where more choice makes it worse."""

from experiments.alignment.metric_help import MetricHelp

SIZES = (1, 2, 4, 8, 16, 32, 64)
"""Recipes sample at most 64 answers a prompt."""


def _accuracy(n: int) -> MetricHelp:
    return MetricHelp(
        f"Accuracy of the best of {n}",
        f"Share of right answers among those that the signal ranks highest of {n} samples, estimated without bias from "
        "all samples of a probe prompt; ties share.",
        "share",
        "up",
        "probe",
    )


def _proxy(n: int) -> MetricHelp:
    return MetricHelp(
        f"Signal's rise at the best of {n}",
        f"How much higher the signal scores the best of {n} samples than a single one, in standard deviations within a "
        "prompt. It rises with the number by construction: compare it with the accuracy.",
        "score",
        "none",
        "proxy",
    )


METRICS: dict[str, MetricHelp] = {
    **{f"best_of_{n}_accuracy": _accuracy(n) for n in SIZES},
    **{f"best_of_{n}_proxy": _proxy(n) for n in SIZES},
    "best_of_n_last_step": MetricHelp(
        "Accuracy that the last doubling adds",
        "Accuracy of the best of the largest number measured minus that of the best of half as many. Below 0 the "
        "signal's favourites are worse than its near favourites: it is over-optimised.",
        "difference",
        "up",
        "probe",
    ),
    "best_of_n_fit": MetricHelp(
        "Fit of the best-of-n curve",
        "R² of the gain d(α − β·d) over single samples, with d the root of log n − (n − 1)/n. Below 0.8 no peak is "
        "stated.",
        "share",
        "none",
        "guard",
    ),
    "best_of_n_peak": MetricHelp(
        "Where best-of-n peaks",
        "The distance d from the sampling policy, in √nats, at which the fitted accuracy is highest.",
        "score",
        "none",
        "guard",
    ),
    "best_of_n_peak_reached": MetricHelp(
        "How far best-of-n goes toward its peak",
        "The distance of the best of the largest number measured, divided by that of the peak. Above 1 the peak is "
        "passed; below 1 it is an extrapolation beyond the data.",
        "ratio",
        "none",
        "guard",
    ),
}
