"""Learned verifiers: do they tell right samples from wrong ones, and what is choosing by them worth?"""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "verifier_gap": MetricHelp(
        "What a perfect verifier could win",
        "Share of probe prompts with a right sample minus the mean accuracy of single samples: the most that any "
        "choice among the samples can add.",
        "difference",
        "none",
        "guard",
    ),
    "verifier_efficiency": MetricHelp(
        "Verifier efficiency",
        "Share of that gap that is closed by taking the sample which the verifier ranks highest: 0 is choosing at "
        "random, 1 is a perfect verifier. Undefined (no value) unless the gap is more than three standard errors.",
        "ratio",
        "up",
        "probe",
    ),
    "verifier_pair_accuracy": MetricHelp(
        "Pair accuracy of the verifier",
        "Share of pairs of a right and a wrong sample of one probe prompt in which the right one ranks higher; a tie "
        "counts a half. A coin gives 0.5. Prompts whose samples are all right or all wrong have no pair.",
        "share",
        "up",
        "probe",
    ),
    "verifier_accuracy": MetricHelp(
        "Accuracy of the verifier",
        "Share of samples that the verifier calls right or wrong as the check does, by a score above one half. Compare "
        "it with always saying what most samples are.",
        "share",
        "up",
        "probe",
    ),
    "verifier_precision": MetricHelp(
        "Precision of the verifier",
        "Share of right samples among those that the verifier calls right; no value where it calls none right.",
        "share",
        "up",
        "probe",
    ),
    "verifier_recall": MetricHelp(
        "Recall of the verifier",
        "Share of the right samples that the verifier calls right; no value where no sample is right.",
        "share",
        "up",
        "probe",
    ),
}
