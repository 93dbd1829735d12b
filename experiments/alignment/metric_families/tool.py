"""Metrics of recipes whose answers are programs that a sandbox runs."""

from experiments.alignment.metric_help import MetricHelp

MOST_ATTEMPTS = 9

_AFTER = {
    f"pass_after_{n}": MetricHelp(
        f"Right after {n} attempt{'s' if n > 1 else ''}",
        "Share of prompts whose program passes the hidden tests too, when the procedure ends after so many attempts "
        "with the one that passes most visible tests, the first of equals.",
        "share",
        "up",
        "probe",
    )
    for n in range(1, MOST_ATTEMPTS + 1)
}
_FRESH = {
    f"fresh_after_{n}": MetricHelp(
        f"Right after {n} fresh sample{'s' if n > 1 else ''}",
        "The same share for the control: as many fresh samples instead, of which the one that passes most visible "
        "tests counts, the first of equals.",
        "share",
        "none",
        "probe",
    )
    for n in range(1, MOST_ATTEMPTS + 1)
}

METRICS: dict[str, MetricHelp] = {
    **_AFTER,
    **_FRESH,
    "repair_rate": MetricHelp(
        "Wrong drafts repaired",
        "Share of the wrong drafts for which the procedure ends with a right program: of all attempts the one that "
        "passes most visible tests, the first of equals. Wrong and right by all tests, hidden ones too.",
        "share",
        "up",
        "probe",
    ),
    "harm_rate": MetricHelp(
        "Right drafts spoilt",
        "Share of the right drafts for which the procedure ends with a wrong program, chosen in the same way.",
        "share",
        "down",
        "guard",
    ),
    "attempts_used": MetricHelp(
        "Attempts used",
        "Mean programs written for a prompt before its visible tests passed or the retries ran out.",
        "count",
        "down",
        "guard",
    ),
    "visible_pass": MetricHelp(
        "Visible tests passed",
        "Share of prompts whose answer passes every test that stands in the prompt.",
        "share",
        "up",
        "proxy",
    ),
    "visible_gap": MetricHelp(
        "Visible tests against all tests",
        "Answers that pass the visible tests less those that pass the hidden ones too, on the same prompts. "
        "Above 0, programs are written for the tests that can be seen.",
        "difference",
        "down",
        "guard",
    ),
    "operator_visible_gap": MetricHelp(
        "The same gap of the procedure",
        "Answers that the procedure ends with and that pass the visible tests, less those that pass all tests.",
        "difference",
        "down",
        "guard",
    ),
    "killed_share": MetricHelp(
        "Programs stopped by a limit",
        "Share of a prompt's programs that ran too long, used too much memory or printed too much.",
        "share",
        "down",
        "guard",
    ),
    "uncompiled_share": MetricHelp(
        "Programs that do not compile",
        "Share of a prompt's programs that are no valid Python.",
        "share",
        "down",
        "guard",
    ),
}
