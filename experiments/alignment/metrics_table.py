"""What each metric is called, means and is good for: the one table from which pages, reports and docs take
their help.
"""

from experiments.alignment.metric_families import family_metrics
from experiments.alignment.metric_help import MetricHelp, MetricRole
from experiments.alignment.types import Split

METRICS: dict[str, MetricHelp] = {
    "accuracy": MetricHelp(
        "Accuracy",
        "Share of held-out prompts whose greedy answer is right by the data set's own check; "
        "answers in which nothing could be checked are counted as unscored and left out.",
        "share",
        "up",
        "gold",
    ),
    "accuracy_gain": MetricHelp(
        "Accuracy against the start",
        "Accuracy minus that of the model before training, on the same prompts.",
        "difference",
        "up",
        "gold",
    ),
    "accuracy_slope": MetricHelp(
        "Accuracy trend",
        "Change of probe accuracy per iteration over the last four measurements at most.",
        "difference",
        "up",
        "probe",
    ),
    "win_rate": MetricHelp(
        "Win rate against the previous iteration",
        "Share of probe prompts on which the new answer is right and the old one was not; a tie is a half.",
        "share",
        "up",
        "probe",
    ),
    "control_accuracy": MetricHelp(
        "Accuracy of the control",
        "Accuracy of the cheap control, which starts each round from the model's own previous checkpoint; "
        "before training both are the same model.",
        "share",
        "none",
        "gold",
    ),
    "control_gain": MetricHelp(
        "Accuracy against the control",
        "Accuracy minus the control's on the same prompts: what the signal of this round was worth.",
        "difference",
        "up",
        "gold",
    ),
    "proxy": MetricHelp(
        "The loop's own signal",
        "Mean of the signal that the loop selects by, on greedy answers: of probe prompts, "
        "or of train prompts where the signal needs their references.",
        "score",
        "up",
        "proxy",
    ),
    "proxy_slope": MetricHelp(
        "Trend of the loop's own signal",
        "Change of the proxy per iteration over the last four measurements at most.",
        "score",
        "up",
        "proxy",
    ),
    "pass_at_1": MetricHelp(
        "Accuracy of a plain sample",
        "Chance that one sample is right, drawn as the loop draws them, on probe prompts.",
        "share",
        "up",
        "probe",
    ),
    "operator_gain": MetricHelp(
        "Operator gain",
        "Accuracy of the answers that the loop's signal picks from several samples, less a plain one's. "
        "At or below 0 the signal has nothing to teach. A verifier stands for a perfect check here.",
        "difference",
        "up",
        "probe",
    ),
    "operator_accuracy": MetricHelp(
        "Accuracy of the operator",
        "Accuracy of the answers that the loop's procedure ends with, before anything is learned from them.",
        "share",
        "up",
        "probe",
    ),
    "operator_control_accuracy": MetricHelp(
        "Accuracy of the operator's control",
        "Accuracy of the simplest procedure that draws as many samples from the same model.",
        "share",
        "none",
        "probe",
    ),
    "operator_against_control": MetricHelp(
        "Operator against its control",
        "Accuracy of the loop's procedure minus that of its control at equal samples, on the same prompts. "
        "Below 0 the cheap procedure is the better one.",
        "difference",
        "up",
        "probe",
    ),
    "length_tokens": MetricHelp(
        "Answer length",
        "Mean tokens of a greedy answer to a probe prompt.",
        "tokens",
        "none",
        "guard",
    ),
    "length_ratio": MetricHelp(
        "Answer length against the start",
        "Mean length divided by that before training, on the same prompts.",
        "ratio",
        "none",
        "guard",
    ),
    "truncated_share": MetricHelp(
        "Truncated answers",
        "Share of greedy answers that reached the token limit before they ended.",
        "share",
        "down",
        "guard",
    ),
    "distinct_2": MetricHelp(
        "Distinct word pairs",
        "Different pairs of neighbouring words over all pairs, across answers; it falls when answers repeat.",
        "share",
        "up",
        "guard",
    ),
    "opening_phrase_share": MetricHelp(
        "Same opening",
        "Share of greedy answers that begin with the commonest first three words.",
        "share",
        "down",
        "guard",
    ),
    "degenerate_share": MetricHelp(
        "Empty or repeating answers",
        "Share of greedy answers that say nothing, or one word or phrase again and again; "
        "a short answer that is said once, such as a number, is none of them.",
        "share",
        "down",
        "guard",
    ),
    "sample_value": MetricHelp(
        "Signal on the samples",
        "Mean of the loop's own signal on the samples of this round; they come from the previous checkpoint.",
        "score",
        "up",
        "proxy",
    ),
    "kept_share": MetricHelp(
        "Prompts with something to learn",
        "Share of this round's prompts that gave at least one training sample.",
        "share",
        "none",
        "guard",
    ),
    "samples": MetricHelp(
        "Training samples",
        "Demonstrations or pairs that this round gave the model to learn from.",
        "count",
        "none",
        "guard",
    ),
    "tie_rate": MetricHelp(
        "Ties",
        "Share of prompts whose scored answers all got the same score, so that no pair was formed.",
        "share",
        "down",
        "guard",
    ),
    "parse_failure_rate": MetricHelp(
        "Unreadable verdicts",
        "Share of the judge's answers in which no score could be read.",
        "share",
        "down",
        "guard",
    ),
    "score_saturation": MetricHelp(
        "Commonest score",
        "Share of the judge's scores that are the commonest one; near 1 it tells nothing apart.",
        "share",
        "down",
        "guard",
    ),
}

METRICS |= family_metrics()


def role_of(name: str, split: Split) -> MetricRole:
    """How a chart draws a metric of a split: what is gold on gold is probe on probe."""
    role = METRICS[name].role
    return "probe" if role == "gold" and split == "probe" else role
