"""Metrics of pairwise judges."""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "position_consistency": MetricHelp(
        "Same verdict in both orders",
        "Share of judged pairs whose winner stays the same when the answers swap places. A merely noisy judge is "
        "inconsistent too: read the preference for a place beside it.",
        "share",
        "up",
        "guard",
    ),
    "conflict_rate": MetricHelp(
        "Orders in conflict",
        "Share of judged pairs whose winner changes when the answers swap places.",
        "share",
        "down",
        "guard",
    ),
    "position_preference": MetricHelp(
        "Preference for a place",
        "How much more often the answer that stands first wins in both orders than the one that stands second; "
        "0 without bias, 1 where the first always wins.",
        "difference",
        "none",
        "guard",
    ),
    "position_p": MetricHelp(
        "Sign test of that preference",
        "Chance of a preference for a place at least this strong from a judge that has none; below 0.01 it is biased.",
        "score",
        "none",
        "guard",
    ),
    "pair_tie_rate": MetricHelp(
        "Tied pairs",
        "Share of judged pairs without a winner; orders that disagree are a tie.",
        "share",
        "down",
        "guard",
    ),
    "repetition_stability": MetricHelp(
        "Same verdict when asked again",
        "Mean share of the commonest verdict among repeats of one presentation of a pair.",
        "share",
        "up",
        "guard",
    ),
    "verbosity_preference": MetricHelp(
        "The longer answer wins",
        "Share of decided pairs, different in length by more than 30 characters, whose longer answer wins.",
        "share",
        "none",
        "guard",
    ),
    "verbosity_bias": MetricHelp(
        "Liking for length",
        "How much more often the judge prefers the longer answer than the longer answer is truly the better one.",
        "difference",
        "none",
        "guard",
    ),
    "pair_accuracy": MetricHelp(
        "Accuracy of the pairwise judge",
        "Share of pairs with one right and one wrong answer in which the judge prefers the right one; "
        "a tie counts half, so chance is one half.",
        "share",
        "up",
        "probe",
    ),
}
