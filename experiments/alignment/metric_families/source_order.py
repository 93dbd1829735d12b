"""Pairs that are ordered by where their answers come from."""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "order_told": MetricHelp(
        "Source pairs that the check can tell apart",
        "Share of the pairs of unlike sources in which exactly one of the two answers is right.",
        "share",
        "none",
        "guard",
    ),
    "order_accuracy": MetricHelp(
        "Source pairs in the right order",
        "Of the pairs that the check can tell apart, the share whose answer from the better source is the right one. "
        "The rest is noise of the construction.",
        "share",
        "up",
        "probe",
    ),
    "order_kept_accuracy": MetricHelp(
        "Kept source pairs in the right order",
        "The same among the pairs that were learned from: what the filter of the reward model is worth.",
        "share",
        "up",
        "probe",
    ),
    "order_vetoed": MetricHelp(
        "Source pairs that the reward model refused",
        "Share of the pairs of unlike sources that were dropped since the reward model of the round before orders "
        "them otherwise.",
        "share",
        "none",
        "guard",
    ),
}
