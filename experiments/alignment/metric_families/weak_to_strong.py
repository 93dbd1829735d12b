"""Weak-to-strong: what the supervisor knows, what the student makes of it, and what it could have learned."""

from experiments.alignment.metric_help import MetricHelp

UNDEFINED = (
    "Undefined (no value) unless the ceiling leads the weak supervisor by more than three standard errors."
)

METRICS: dict[str, MetricHelp] = {
    "weak_accuracy": MetricHelp(
        "Accuracy of the weak supervisor",
        "Share of held-out prompts that the weak supervisor itself labels rightly.",
        "share",
        "none",
        "gold",
    ),
    "naive_accuracy": MetricHelp(
        "Accuracy of the naive student",
        "The same student trained on the same weak labels without the confidence loss.",
        "share",
        "none",
        "gold",
    ),
    "ceiling_accuracy": MetricHelp(
        "Accuracy of the ceiling",
        "The same student trained on the true labels of the same train prompts.",
        "share",
        "none",
        "gold",
    ),
    "weak_gap": MetricHelp(
        "Gap between ceiling and weak supervisor",
        "Accuracy of the ceiling minus that of the weak supervisor on the same prompts: what there is to recover.",
        "difference",
        "none",
        "guard",
    ),
    "pgr": MetricHelp(
        "Performance gap recovered (PGR)",
        f"Share of the gap between weak supervisor and ceiling that the student closes. {UNDEFINED}",
        "ratio",
        "up",
        "gold",
    ),
    "naive_pgr": MetricHelp(
        "PGR of the naive student",
        f"Share of that gap that the student without the confidence loss closes. {UNDEFINED}",
        "ratio",
        "up",
        "gold",
    ),
    "confidence_gain": MetricHelp(
        "Gain of the confidence loss",
        "Accuracy of the student minus that of the naive student on the same prompts.",
        "difference",
        "up",
        "gold",
    ),
    "errors_imitated": MetricHelp(
        "Imitated errors",
        "Of the held-out prompts that the weak supervisor gets wrong, the share on which the student gives its "
        "answer; 1 is a perfect copy.",
        "share",
        "down",
        "guard",
    ),
    "naive_errors_imitated": MetricHelp(
        "Errors imitated by the naive student",
        "The same share for the student without the confidence loss.",
        "share",
        "down",
        "guard",
    ),
}
