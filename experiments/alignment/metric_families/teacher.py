"""Learning from a teacher: how much of its lead is closed, and whether style, errors or substance came along."""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "teacher_accuracy": MetricHelp(
        "Accuracy of the teacher",
        "Share of held-out prompts that the teacher itself answers rightly, greedily and once, before any training.",
        "share",
        "none",
        "gold",
    ),
    "teacher_gap": MetricHelp(
        "Lead of the teacher",
        "Accuracy of the teacher minus that of the untrained student, on the same prompts: what there is to close.",
        "difference",
        "none",
        "guard",
    ),
    "teacher_gap_closed": MetricHelp(
        "Teacher gap closed",
        "Share of the teacher's lead over the untrained student that the student has now closed. "
        "Undefined (no value) unless that lead is more than three standard errors.",
        "ratio",
        "up",
        "gold",
    ),
    "control_gap_closed": MetricHelp(
        "Teacher gap closed by the control",
        "The same share for the control, which had no answers of the teacher.",
        "ratio",
        "none",
        "gold",
    ),
    "teacher_error_correlation": MetricHelp(
        "Errors shared with the teacher",
        "Correlation of the student's errors with the teacher's over prompts. Hard prompts are hard for both, "
        "so compare it with iteration 0: what rises above it is copied.",
        "score",
        "none",
        "guard",
    ),
    "teacher_length_ratio": MetricHelp(
        "Answer length against the teacher",
        "Mean words of the student's greedy answers divided by those of the teacher's to the same prompts.",
        "ratio",
        "none",
        "guard",
    ),
    "teacher_opening_share": MetricHelp(
        "Answers that open like the teacher",
        "Share of greedy answers that begin with the teacher's commonest first three words, all numbers alike. "
        "Where it rises and accuracy does not, style was learned without substance.",
        "share",
        "none",
        "guard",
    ),
}
