"""Filtering by a weak model: what it rates, and whether the strong one would agree."""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "instruction_difficulty": MetricHelp(
        "Difficulty of following the prompt",
        "Mean ratio of the perplexities of a demonstration after its prompt and after nothing, as the weak model sees "
        "it. Below 1 the prompt helps.",
        "ratio",
        "none",
        "guard",
    ),
    "unhelpful_prompts": MetricHelp(
        "Prompts that do not help",
        "Share of the demonstrations whose ratio is 1 or more: prompt and answer hardly belong together.",
        "share",
        "none",
        "guard",
    ),
    "weak_strong_agreement": MetricHelp(
        "Agreement of weak and strong",
        "Rank correlation (Spearman) of the weak model's ratings with the strong one's, over train prompts.",
        "score",
        "up",
        "guard",
    ),
}
