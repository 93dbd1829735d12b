"""Contexts that are trained into the model: how much of their effect it has taken in, and what else came along."""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "context_accuracy": MetricHelp(
        "Accuracy with the context",
        "Accuracy of the model before training with the context in its prompt: what distillation aims at.",
        "share",
        "none",
        "gold",
    ),
    "context_gap_closed": MetricHelp(
        "Accuracy gap closed",
        "Share of the accuracy that the context adds before training which the model now has without it. "
        "Undefined (no value) "
        "unless that gap is more than three standard errors.",
        "ratio",
        "up",
        "gold",
    ),
    "context_kl": MetricHelp(
        "Divergence from the model with context",
        "KL of the model without the context from the first model with it, in nats a token, on those "
        "of the latter's samples that came to an end; only at temperature 1 is it a KL.",
        "score",
        "down",
        "probe",
    ),
    "context_kl_closed": MetricHelp(
        "Divergence closed",
        "One minus that divergence over the one before training: 1 when the context has gone wholly into the model. "
        "Undefined (no value) unless the first is more than three standard errors from 0.",
        "ratio",
        "up",
        "probe",
    ),
    "context_leakage": MetricHelp(
        "Answers that quote the context",
        "Share of greedy answers with four words in a row that stand in a context and not in their prompt.",
        "share",
        "down",
        "guard",
    ),
    "construction_accuracy": MetricHelp(
        "Pairs in the right order",
        "Of the pairs in which the check calls one answer right and one wrong: share where the one made "
        "to be better is right. "
        "The rest is noise of the construction.",
        "share",
        "up",
        "probe",
    ),
    "construction_told": MetricHelp(
        "Pairs that the check can tell apart",
        "Share of the constructed pairs in which exactly one of the two answers is right.",
        "share",
        "none",
        "guard",
    ),
    "construction_gain": MetricHelp(
        "Better context against worse",
        "Accuracy of answers under the better context minus that under the worse, on the same prompts. "
        "At or below 0 the pairs "
        "teach nothing that the check can see.",
        "difference",
        "up",
        "probe",
    ),
}
