"""Decoding that a reward model steers, beside plain answers and a search by the same rewards."""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "plain_accuracy": MetricHelp(
        "Accuracy of plain answers",
        "Accuracy of the same model without steering, asked once.",
        "share",
        "none",
        "gold",
    ),
    "guided_gain": MetricHelp(
        "Accuracy that steering adds",
        "Accuracy of the steered answers minus that of the plain ones, on the same prompts.",
        "difference",
        "up",
        "gold",
    ),
    "guided_reward_gain": MetricHelp(
        "Reward that steering adds",
        "Reward of the steered sample minus that of a plain one, in standard deviations of plain rewards. It says that "
        "steering works, not that it is good.",
        "score",
        "none",
        "proxy",
    ),
    "guided_reward_against_control": MetricHelp(
        "Reward against best-of-n",
        "Reward of the steered sample minus the highest among the control's samples, in standard deviations of plain "
        "rewards.",
        "score",
        "none",
        "proxy",
    ),
}
