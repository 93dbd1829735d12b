"""Metrics of recipes that revise their answers."""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "fixes": MetricHelp(
        "Fixes",
        "Share of prompts whose draft was wrong and whose final answer is right.",
        "share",
        "up",
        "probe",
    ),
    "breaks": MetricHelp(
        "Breaks",
        "Share of prompts whose draft was right and whose final answer is wrong.",
        "share",
        "down",
        "guard",
    ),
    "refine_delta": MetricHelp(
        "Final answer against the draft",
        "Accuracy of the final answers minus that of the drafts: fixes less breaks. "
        "At or below 0 the revisions teach nothing good.",
        "difference",
        "up",
        "probe",
    ),
    "refine_p": MetricHelp(
        "Exact test of fixes against breaks",
        "Chance of fixes and breaks this uneven when revising changes nothing on average (McNemar).",
        "score",
        "none",
        "guard",
    ),
    "revision_unchanged": MetricHelp(
        "Final answers that are the draft",
        "Share of prompts whose final answer is the draft, word for word; the draft may stand though revisions differ.",
        "share",
        "none",
        "guard",
    ),
    "revision_length_ratio": MetricHelp(
        "Length of the final answers",
        "Mean length of the final answers divided by that of the drafts, in tokens.",
        "ratio",
        "none",
        "guard",
    ),
}
