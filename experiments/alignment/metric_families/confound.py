"""Preferences that could be guessed without reading the answers."""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "source_auc": MetricHelp(
        "Preferences guessed from the source",
        "How often the chosen answer of a pair is told by who wrote it alone, a tie a half; the order of the sources "
        "is learned on other prompts. Near 1 the pairs teach whose answer it is. Pairs ranked by source have 1.",
        "share",
        "none",
        "guard",
    ),
    "length_auc": MetricHelp(
        "Preferences guessed from length",
        "How often the chosen answer of a pair is the longer one in characters, a tie a half. Far above 0.5 the pairs "
        "teach to say more, far below to say less.",
        "share",
        "none",
        "guard",
    ),
}
