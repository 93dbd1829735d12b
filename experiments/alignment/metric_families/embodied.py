"""Metrics of recipes that act in an environment."""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "mean_return": MetricHelp(
        "Mean return",
        "Sum of the rewards of a greedy episode, mean over held-out starts; nothing is discounted.",
        "score",
        "up",
        "guard",
    ),
    "invalid_action_rate": MetricHelp(
        "Moves that change nothing",
        "Share of a greedy episode's moves that were allowed but had no effect, such as a step against a wall.",
        "share",
        "down",
        "guard",
    ),
    "stall_rate": MetricHelp(
        "Moves from where it had been",
        "Share of a greedy episode's moves that were made in a state which that episode had been in before.",
        "share",
        "down",
        "guard",
    ),
    "flat_group_share": MetricHelp(
        "Starts without a lesson",
        "Share of train starts whose episodes all had the same return: their advantages are 0.",
        "share",
        "down",
        "guard",
    ),
    "transfer_drop": MetricHelp(
        "Success lost in the other world",
        "Success in the data set's environment minus that in the transfer environment, as a share of the former, over "
        "the same seeds; undefined where the former is not at least three standard errors above 0.",
        "ratio",
        "down",
        "guard",
    ),
    "shifted_accuracy": MetricHelp(
        "Success in the other world",
        "Share of held-out seeds whose goal the policy reaches greedily in the transfer environment, where it was "
        "never trained.",
        "share",
        "up",
        "gold",
    ),
    "random_accuracy": MetricHelp(
        "Success of chance",
        "Share of held-out starts from which moves drawn at random, all equally likely, reach the goal.",
        "share",
        "none",
        "gold",
    ),
    "imitation_accuracy": MetricHelp(
        "Success of imitation alone",
        "Share of held-out starts from which a model that only imitated the expert reaches the goal.",
        "share",
        "none",
        "gold",
    ),
}
