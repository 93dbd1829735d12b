"""Votes among samples: how far they agree, and whether the majority is right."""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "answer_entropy": MetricHelp(
        "Entropy of the answers",
        "Mean entropy, in nats, of the answers that the samples of one probe prompt give; 0 where all agree.",
        "score",
        "none",
        "guard",
    ),
    "answer_entropy_ratio": MetricHelp(
        "Entropy against the start",
        "Mean entropy of the answers divided by that before training, on the same prompts. It falls as a "
        "model learns; "
        "below a half a vote adds little, and without a rise of accuracy it is a collapse.",
        "ratio",
        "none",
        "guard",
    ),
    "distinct_answers": MetricHelp(
        "Different answers",
        "Mean number of different answers among the samples of one probe prompt.",
        "count",
        "none",
        "guard",
    ),
    "majority_accuracy": MetricHelp(
        "Accuracy of the majority",
        "Share of this round's prompts whose commonest answer is right, whether it was kept or not. The "
        "loop never reads "
        "this: references serve the measurement alone.",
        "share",
        "up",
        "proxy",
    ),
    "pseudo_label_precision": MetricHelp(
        "Precision of the kept answers",
        "Share of the kept answers of this round that are right; below the accuracy of the majority the "
        "threshold keeps the "
        "wrong ones. Coverage is the share of prompts with something to learn.",
        "share",
        "up",
        "proxy",
    ),
    "vote_calibration_error": MetricHelp(
        "Calibration error of the vote share",
        "Expected calibration error of the majority's share against its being right, in 10 bins of equal "
        "width. It is biased "
        "upward at few prompts: compare it only at equal numbers.",
        "score",
        "down",
        "guard",
    ),
}
