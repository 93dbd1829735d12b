"""Critics: do they find what is wrong, and only that?"""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "flaw_recall": MetricHelp(
        "Flaws found",
        "Share of the wrong drafts on probe prompts whose critique begins with the verdict wrong.",
        "share",
        "up",
        "probe",
    ),
    "false_alarms": MetricHelp(
        "False alarms",
        "Share of the right drafts on probe prompts that the critic calls wrong.",
        "share",
        "down",
        "probe",
    ),
    "critique_precision": MetricHelp(
        "Precision of the critic",
        "Share of the drafts called wrong that are wrong. A critic that calls everything wrong has the share of wrong "
        "drafts here.",
        "share",
        "up",
        "probe",
    ),
    "critiques_without_verdict": MetricHelp(
        "Critiques without a verdict",
        "Share of the critiques on probe prompts that begin with neither right nor wrong; they count in no other "
        "measure of the critic.",
        "share",
        "down",
        "guard",
    ),
    "critiques_ignored": MetricHelp(
        "Refinements that change nothing",
        "Share of the refinements on probe prompts that repeat the draft word for word, whatever the critique says.",
        "share",
        "down",
        "guard",
    ),
    "critique_likeness": MetricHelp(
        "Likeness of critique and change",
        "Cosine between the words of the critique and those that a refinement adds to the draft. Near 0 where answers "
        "are numbers.",
        "score",
        "none",
        "guard",
    ),
    "seeded_recall": MetricHelp(
        "Seeded flaws found",
        "Share of the seeded flaws that the critic calls wrong, on train prompts that it has not learned from. Real "
        "flaws are harder to find.",
        "share",
        "up",
        "guard",
    ),
    "seeded_false_alarms": MetricHelp(
        "False alarms on seeded cases",
        "Share of the right answers among these cases that the critic calls wrong.",
        "share",
        "down",
        "guard",
    ),
    "seeded_precision": MetricHelp(
        "Precision on seeded cases",
        "Share of the cases called wrong that have a flaw. Half of all cases have one, so chance gives one half.",
        "share",
        "up",
        "guard",
    ),
}
