"""What task decomposition reports: where the direct answer breaks down, and whether small errors add up."""

from experiments.alignment.metric_help import MetricHelp

MOST_TERMS = 6
"""Longest sums for which accuracy is reported apart."""

_BY_TERMS = {
    f"accuracy_{n}_terms": MetricHelp(
        f"Accuracy on {n} terms",
        f"Share of held-out questions with {n} terms whose direct greedy answer is right.",
        "share",
        "up",
        "gold",
    )
    for n in range(2, MOST_TERMS + 1)
}

METRICS: dict[str, MetricHelp] = _BY_TERMS | {
    "frontier_terms": MetricHelp(
        "Frontier",
        "Most terms up to which the direct answer is right at least half the time at every size; "
        "1 where two terms are too many already.",
        "count",
        "up",
        "probe",
    ),
    "tree_accuracy": MetricHelp(
        "Accuracy of a decomposition",
        "Share of decompositions whose answer at the root is right, on probe prompts.",
        "share",
        "up",
        "probe",
    ),
    "part_accuracy": MetricHelp(
        "Accuracy of the parts",
        "Share of the small questions inside decompositions that are answered rightly, given what they were asked.",
        "share",
        "up",
        "probe",
    ),
    "predicted_root_accuracy": MetricHelp(
        "Accuracy that the parts predict",
        "Accuracy of the parts to the power of the calls, mean over decompositions: what is left if errors add up "
        "independently and none is ever mended.",
        "share",
        "none",
        "probe",
    ),
    "root_against_parts": MetricHelp(
        "Root against its parts",
        "Accuracy of decompositions divided by what their parts predict. Near 1 errors multiply; below 1 they make "
        "each other worse; above 1 parts fail together or errors cancel.",
        "ratio",
        "up",
        "guard",
    ),
    "agreement_share": MetricHelp(
        "Agreement of equivalent queries",
        "Share of decomposed prompts on which every order of the terms gives the same answer.",
        "share",
        "up",
        "guard",
    ),
    "agreed_accuracy": MetricHelp(
        "Accuracy where all orders agree",
        "Accuracy of decompositions on the probe prompts on which all of them agree: what the filter lets through.",
        "share",
        "up",
        "probe",
    ),
    "calls_per_answer": MetricHelp(
        "Calls per answer",
        "Mean number of calls that the decompositions of one prompt take together.",
        "count",
        "down",
        "guard",
    ),
}
