"""Ratings by several aspects."""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "aspect_correlation": MetricHelp(
        "Aspects rated alike (halo)",
        "Mean correlation of the ratings of different aspects over all answers. Near 1 the rater gives one impression "
        "under several names. Undefined where no two aspects vary.",
        "score",
        "down",
        "guard",
    ),
    "aspect_pair_accuracy": MetricHelp(
        "Agreement of the ratings with the check",
        "Share of pairs of a right and a wrong answer to one probe prompt in which the right one has the higher mean "
        "rating; a tie counts a half. A coin gives 0.5.",
        "share",
        "up",
        "probe",
    ),
}
