"""Labels of steps that come from completions, held against the equations that the steps write."""

from experiments.alignment.metric_help import MetricHelp

METRICS: dict[str, MetricHelp] = {
    "step_label_precision": MetricHelp(
        "Precision of the step labels",
        "Of the steps labelled one half or more, the share up to whose end every equation is true. The rest was "
        "completed to a right answer by luck or by a completer that mends errors. Steps without equations are left "
        "out.",
        "share",
        "up",
        "guard",
    ),
    "step_label_recall": MetricHelp(
        "Recall of the step labels",
        "Of the steps up to whose end every equation is true, the share labelled one half or more. The rest is lost to "
        "a completer that errs later, or to an equation that is true and beside the question.",
        "share",
        "up",
        "guard",
    ),
    "right_by_luck": MetricHelp(
        "Right answers by a wrong way",
        "Of the right solutions that hold equations, the share in which one is false: what a verdict on the answer "
        "alone calls right.",
        "share",
        "down",
        "guard",
    ),
}
