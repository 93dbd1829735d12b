"""Weight extrapolation: accuracy beyond the trained checkpoint, at each distance that is tried."""

from experiments.alignment.metric_help import MetricHelp

FACTORS = (1, 2, 4, 8)


def _accuracy(factor: int) -> MetricHelp:
    return MetricHelp(
        f"Accuracy at {factor} times the least distance",
        f"Accuracy of the weights moved on beyond training by {factor} times alpha of their whole change.",
        "share",
        "none",
        "gold",
    )


def _gain(factor: int) -> MetricHelp:
    return MetricHelp(
        f"Gain of going {factor} times the least distance",
        f"Accuracy at {factor} times alpha beyond the trained weights minus that of the trained weights, on the same "
        "prompts.",
        "difference",
        "none",
        "gold",
    )


METRICS: dict[str, MetricHelp] = {
    **{f"further_{factor}_accuracy": _accuracy(factor) for factor in FACTORS},
    **{f"further_{factor}_gain": _gain(factor) for factor in FACTORS},
    "extrapolation_alpha": MetricHelp(
        "Distance chosen on probe",
        "The distance beyond the trained weights, as a share of their change, at which probe accuracy is highest; the "
        "nearest of equals.",
        "ratio",
        "none",
        "guard",
    ),
    "extrapolation_gain": MetricHelp(
        "Gain of extrapolation",
        "Gold accuracy at the distance chosen on probe minus that of the trained weights, on the same prompts.",
        "difference",
        "up",
        "gold",
    ),
}
