"""Metrics of constitutions at work."""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "rules_used": MetricHelp(
        "Rules in use",
        "Different rules of the constitution by which an answer of this round was criticised.",
        "count",
        "none",
        "guard",
    ),
    "rule_use_most": MetricHelp(
        "Use of the commonest rule",
        "Share of this round's critiques that are by the rule drawn most often.",
        "share",
        "none",
        "guard",
    ),
    "rules_helping": MetricHelp(
        "Rules that help",
        "Rules whose revisions made more wrong answers right than right ones wrong, on probe prompts; "
        "a count of few cases each, not a test.",
        "count",
        "up",
        "guard",
    ),
    "rules_harming": MetricHelp(
        "Rules that harm",
        "Rules whose revisions made more right answers wrong than wrong ones right, on probe prompts; "
        "a count of few cases each, not a test.",
        "count",
        "down",
        "guard",
    ),
}
