"""Metrics of consultations."""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "consensus_kept": MetricHelp(
        "Consensus of the kept statements",
        "Mean over consultations of the group-aware consensus of the statements that became rules: "
        "the geometric mean over opinion groups of their agreement.",
        "score",
        "up",
        "proxy",
    ),
    "least_agreement": MetricHelp(
        "Agreement of the least agreeing group",
        "Mean agreement with the kept statements in the opinion group that agrees least; low beside the consensus "
        "means that a majority was obeyed.",
        "share",
        "up",
        "guard",
    ),
    "agreement_gap": MetricHelp(
        "Gap between opinion groups",
        "Agreement of the most agreeing group with a kept statement less that of the least agreeing one.",
        "difference",
        "down",
        "guard",
    ),
    "opinion_groups": MetricHelp(
        "Opinion groups",
        "Groups of voters that could be told apart by their votes; 1 where no division was clear.",
        "count",
        "none",
        "guard",
    ),
    "votes": MetricHelp("Votes", "Votes cast in this round, passes included.", "count", "none", "guard"),
}
