"""Labels of steps against what their own equations say: completions can be lucky, and so can a wrong solution."""

from collections.abc import Iterator, Sequence
from itertools import accumulate

from experiments.alignment.diagnostics import intervals
from experiments.alignment.diagnostics.equations import equations_hold
from experiments.alignment.diagnostics.findings import Finding
from experiments.alignment.evaluators.record import Record, metric_of
from experiments.alignment.types import Evidence, Group, Metric

GOOD = 0.5
Step = tuple[float, bool]
"""A step's label, and whether all equations up to its end are true."""


def measure(record: Record) -> Iterator[Metric]:
    """Of the train solutions of this round whose steps were labelled and hold equations."""
    if not record.iteration:
        return
    groups = record.groups("train")
    steps = [found for group in groups if (found := checked_steps(group))]
    if steps:
        good = [[float(holds) for label, holds in some if label >= GOOD] for some in steps]
        true = [[float(label >= GOOD) for label, holds in some if holds] for some in steps]
        yield metric_of("step_label_precision", "train", _pooled(good))
        yield metric_of("step_label_recall", "train", _pooled(true))
    right = [ways for group in groups if (ways := _right_solutions(group))]
    if right:
        lucky = [sum(not holds for holds in ways) / len(ways) for ways in right]
        yield metric_of("right_by_luck", "train", intervals.share(lucky))


def checked_steps(group: Group) -> list[Step]:
    """The labelled steps of a prompt's solutions that end after some equation."""
    return [
        (float(step["label"]), holds)
        for evidence in _evidence(group)
        for step, holds in _held(evidence.data["steps"])
        if step.get("label") is not None and holds is not None
    ]


def _evidence(group: Group) -> list[Evidence]:
    said = [signal.evidence for signal in group.signals if signal.kind == "verify"]
    return [evidence for evidence in said if evidence is not None and evidence.kind == "steps"]


def _held(steps: Sequence[dict[str, str]]) -> Iterator[tuple[dict[str, str], bool | None]]:
    """Each step with what the equations of the solution up to its end say."""
    for step, text in zip(steps, accumulate(step["text"] for step in steps), strict=True):
        yield step, equations_hold(text)


def _right_solutions(group: Group) -> list[bool]:
    """For each right solution with equations whether they are all true."""
    right = [c for c in group.candidates if c.parent is None and group.mean_value("verify", c.index) == 1.0]
    return [holds for c in right if (holds := equations_hold(c.text)) is not None]


def _pooled(prompts: Sequence[Sequence[float]]) -> Finding:
    """The mean over all steps; the interval over prompts."""
    return intervals.ratio_of_means([sum(some) for some in prompts], [float(len(some)) for some in prompts])
