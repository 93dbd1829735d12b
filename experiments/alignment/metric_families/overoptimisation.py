"""Reinforcement by a learned reward: distance from the start, the proxy's rise and the true score's."""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "kl_to_start": MetricHelp(
        "Divergence from the start",
        "Mean over sampled answers of the log-probability under this policy minus that under the model before "
        "training, in nats an answer; the end token is not counted. It is the KL divergence where the sampling "
        "temperature is 1.",
        "score",
        "none",
        "guard",
    ),
    "reward_gain": MetricHelp(
        "Reward against the start",
        "Mean reward of the policy's samples minus that of the samples of the model before training, both by this "
        "round's reward model, in standard deviations of the latter. This is what the policy was trained for: only the "
        "accuracy says whether it is good.",
        "score",
        "none",
        "proxy",
    ),
    "reward_gain_slope": MetricHelp(
        "Trend of the reward",
        "Change of the reward against the start per iteration, over the last four rounds at most.",
        "score",
        "none",
        "proxy",
    ),
    "sample_gain": MetricHelp(
        "Accuracy of single samples against the start",
        "Share of right samples minus that of the model before training, on the same probe prompts.",
        "difference",
        "up",
        "probe",
    ),
    "sample_against_best_of_n": MetricHelp(
        "One sample against the start's best of n",
        "Accuracy of one sample of the policy minus that of the answer which the reward model ranks highest among a "
        "group of the untrained model's. Below 0, searching beats training.",
        "difference",
        "up",
        "probe",
    ),
    "recorded_pair_accuracy": MetricHelp(
        "Pair accuracy on the data's own pairs",
        "Share of the data set's pairs, among those that are held back from training, in which the answer that people "
        "preferred gets the higher reward by the reward model of the round before. A coin gives 0.5.",
        "share",
        "up",
        "guard",
    ),
    "overoptimisation_fit": MetricHelp(
        "Fit of the over-optimisation curve",
        "R² of the gain d(α − β·log d) of single samples over the rounds, with d the root of the divergence. Below 0.8 "
        "no peak is stated.",
        "share",
        "none",
        "guard",
    ),
    "overoptimisation_peak": MetricHelp(
        "Where more of the reward stops helping",
        "The distance d from the start, in √nats, at which the fitted accuracy is highest.",
        "score",
        "none",
        "guard",
    ),
    "overoptimisation_peak_reached": MetricHelp(
        "How far the policy went toward that peak",
        "The largest distance of a round divided by that of the peak. Above 1 the peak is passed; below 1 it is an "
        "extrapolation beyond the data.",
        "ratio",
        "none",
        "guard",
    ),
}
