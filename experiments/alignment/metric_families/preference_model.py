"""Reward models: do they order answers as the check does?"""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "reward_pair_accuracy": MetricHelp(
        "Pair accuracy of the reward model",
        "Share of pairs of a right and a wrong sample of one probe prompt in which the right one gets "
        "the higher reward; a tie "
        "counts a half. A coin gives 0.5. Prompts whose samples are all right or all wrong have no pair.",
        "share",
        "up",
        "probe",
    ),
    "reward_pair_gain": MetricHelp(
        "Pair accuracy against the first reward model",
        "Pair accuracy minus that of the reward model of round 1, on prompts that have pairs in both rounds.",
        "difference",
        "up",
        "probe",
    ),
}
