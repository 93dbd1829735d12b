"""The report on the self-rewarding loop: gold and length beside the model's own score."""

from collections.abc import Sequence

from experiments.models import Run
from experiments.services.standing.parts import Cell, Measured, Part, Table, figures, side, words

COLUMNS = (
    ("iteration", "0 is the model before any training"),
    ("gold accuracy", "held-out answers that are right by the data's own check"),
    ("gold, control", "the same for the control, which learned from random pairs"),
    ("own score", "mean score, 0 to 5, that the model gives its own held-out answers"),
    ("answer length", "mean tokens of an answer"),
    ("operator gain", "accuracy of the answers that the judge picks, less that of plain ones"),
    ("unreadable", "share of the judge's verdicts that hold no score"),
)


def report(runs: Sequence[Run]) -> list[Part]:
    """Three questions, each answered by intervals over the seeds."""
    done = Measured.of(runs)
    if not done.runs:
        return []
    last = done.last
    gain = done.cell("accuracy_gain", "gold", last, signed=True)
    control = done.cell("control_gain", "gold", last, signed=True)
    operator = done.cell("operator_gain", "probe", 0, signed=True)
    table = Table(COLUMNS, [_row(done, index) for index in range(last + 1)])
    return [
        Part("Did the model get better?", _better(gain, control), table),
        Part("Could it have got better from this judge?", _judge(operator)),
        Part("What else moved?", _else(done, last)),
    ]


def _row(done: Measured, index: int) -> list[Cell]:
    return [
        words(str(index)),
        done.cell("accuracy", "gold", index),
        done.cell("control_accuracy", "gold", index),
        done.cell("proxy", "probe", index),
        done.cell("length_tokens", "probe", index),
        done.cell("operator_gain", "probe", index, signed=True),
        done.cell("parse_failure_rate", "probe", index),
    ]


def _better(gain: Cell, control: Cell) -> str:
    verdict = {
        "above": "Yes, on held-out gold: the change is",
        "below": "No, it got worse on held-out gold: the change is",
        "even": "No change that can be told from chance: on held-out gold it is",
        "unknown": "It cannot be said: the change on held-out gold is",
    }[side(gain)]
    against = {
        "above": "Its own labels were worth more than random ones:",
        "below": "Random labels were worth more than its own:",
        "even": "Its own labels were worth no more than random ones that can be told:",
        "unknown": "Against random labels:",
    }[side(control)]
    return f"{verdict} {figures(gain)}. {against} {figures(control)} against the control."


def _judge(operator: Cell) -> str:
    verdict = {
        "above": "Yes: before training, the answers that it prefers are better than plain ones by",
        "below": "No: before training, the answers that it prefers are worse than plain ones, by",
        "even": "Hardly: before training, the answers that it prefers are no better than plain ones that can be told:",
        "unknown": "It was not measured:",
    }[side(operator)]
    return f"{verdict} {figures(operator)}."


def _else(done: Measured, last: int) -> str:
    first, then = done.cell("proxy", "probe", 0), done.cell("proxy", "probe", last)
    length = done.cell("length_ratio", "probe", last)
    score = "Its own score was not measured."
    if first.value is not None and then.value is not None:
        score = f"The score that it gives itself went from {first.value:.2f} to {then.value:.2f} of 5."
    grew = "" if length.value is None else f" Answers are {length.value:.2f} times as long as at the start."
    return score + grew
