"""Easy-to-hard: what supervision of easy tasks is worth on easy and on hard ones."""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "accuracy_easy": MetricHelp(
        "Accuracy on easy prompts",
        "Share of right answers on held-out prompts as easy as those that were supervised.",
        "share",
        "up",
        "gold",
    ),
    "accuracy_hard": MetricHelp(
        "Accuracy on hard prompts",
        "Share of right answers on held-out prompts harder than any that was supervised.",
        "share",
        "up",
        "gold",
    ),
    **{
        f"accuracy_hard_{distance}": MetricHelp(
            f"Accuracy on hard prompts: {words}",
            f"Share of right answers on the {words} of the hard prompts, by difficulty. Prompts of one difficulty stay "
            "together. Together the three are the curve of generalisation.",
            "share",
            "up",
            "gold",
        )
        for distance, words in (
            ("near", "nearest third"),
            ("middle", "middle third"),
            ("far", "farthest third"),
        )
    },
    "ceiling_accuracy_hard": MetricHelp(
        "Accuracy of the ceiling on hard prompts",
        "The same share for the student that learned from about as many hard answers.",
        "share",
        "none",
        "gold",
    ),
    "hard_gap": MetricHelp(
        "What hard labels would bring",
        "Accuracy of the ceiling minus that of the untrained model, on hard prompts.",
        "difference",
        "none",
        "guard",
    ),
    "hard_gap_recovered": MetricHelp(
        "Recovered on hard prompts",
        "Share of that difference that the model recovers which learned from easy answers alone. "
        "Undefined (no value) unless the difference is more than three standard errors.",
        "ratio",
        "up",
        "gold",
    ),
    "evaluator_gain_hard": MetricHelp(
        "Gain of the easy evaluator on hard prompts",
        "Share of right answers among those that the evaluator ranks highest, minus that of a sample at random; on "
        "hard probe prompts. It learned from no hard one.",
        "difference",
        "up",
        "probe",
    ),
    "evaluator_against_vote_hard": MetricHelp(
        "The easy evaluator against the vote, on hard prompts",
        "The same share minus that of the majority of as many samples.",
        "difference",
        "up",
        "probe",
    ),
}
