"""Back-translation: how near the instructions come to the hidden ones, and what the pairs are worth."""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "instruction_recovery": MetricHelp(
        "Recovery of hidden instructions",
        "Mean ROUGE-L of back-translated instructions with those that were hidden. Another instruction may fit a text "
        "as well, so that 1 is not to be expected.",
        "score",
        "up",
        "guard",
    ),
    "seeded_accuracy": MetricHelp(
        "Accuracy on seed pairs alone",
        "Accuracy of the base model after training on the seed pairs alone, under the same system message.",
        "share",
        "none",
        "gold",
    ),
    "augmented_gain": MetricHelp(
        "Accuracy against seed pairs alone",
        "Accuracy minus that of the model trained on the seed pairs alone, on the same prompts.",
        "difference",
        "up",
        "gold",
    ),
}
