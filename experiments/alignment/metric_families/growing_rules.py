"""Constitutions that grow while a run goes on."""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "rules_held": MetricHelp(
        "Rules of the constitution",
        "How many rules the constitution holds after this round.",
        "count",
        "none",
        "guard",
    ),
    "rules_duplicate": MetricHelp(
        "Rules that say the same",
        "Rules of the constitution whose words are more than 0.9 alike (cosine) to those of an earlier one.",
        "count",
        "down",
        "guard",
    ),
    "violations": MetricHelp(
        "Violations found",
        "Share of answers in which the strong model finds a violation; answers of which it says neither yes nor no "
        "are left out.",
        "share",
        "down",
        "probe",
    ),
}
