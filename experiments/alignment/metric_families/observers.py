"""Metrics of answers that a society of observers rates."""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "rating_gain": MetricHelp(
        "Gain in the observers' rating",
        "Mean rating of the revision minus that of the draft, on the observers' scale from 1 to 7.",
        "score",
        "up",
        "proxy",
    ),
    "accepted_share": MetricHelp(
        "Revisions rated higher",
        "Share of revisions that the observers rate higher on average than the draft.",
        "share",
        "none",
        "guard",
    ),
    "observer_spread": MetricHelp(
        "Spread of the observers",
        "Mean variance of the ratings that different observers give one draft; near 0 they are one voice.",
        "score",
        "none",
        "guard",
    ),
    "over_rating": MetricHelp(
        "Over-rating by the observers",
        "How much more a revision gained in the observers' eyes, as a share of their scale, than in accuracy; "
        "above 0 they praise what is no better.",
        "difference",
        "none",
        "guard",
    ),
}
