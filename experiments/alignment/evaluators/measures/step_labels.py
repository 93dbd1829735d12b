"""Labels of steps against what their own equations say: completions can be lucky, and so can a wrong solution."""

from collections.abc import Iterator, Sequence
from itertools import accumulate

from experiments.alignment.composition import Composition
from experiments.alignment.diagnostics import intervals
from experiments.alignment.diagnostics.equations import equations_hold
from experiments.alignment.diagnostics.findings import Finding
from experiments.alignment.evaluators.record import Record, metric_of
from experiments.alignment.selectors.step_labels import StepLabels
from experiments.alignment.types import Evidence, Group, Metric

GOOD = 0.5
Step = tuple[float, bool]
"""A step's label, as the verifier learns it, and whether all equations up to its end are true."""


def measure(record: Record) -> Iterator[Metric]:
    """Of the train solutions of this round whose steps were labelled and hold equations."""
    if not record.iteration:
        return
    groups, hard = record.groups("train"), learns_hard_labels(record.composition)
    steps = [found for group in groups if (found := checked_steps(group, hard))]
    if steps:
        good = [[float(holds) for label, holds in some if label >= GOOD] for some in steps]
        true = [[float(label >= GOOD) for label, holds in some if holds] for some in steps]
        yield metric_of("step_label_precision", "train", _pooled(good))
        yield metric_of("step_label_recall", "train", _pooled(true))
    right = [ways for group in groups if (ways := _right_solutions(group))]
    if right:
        lucky = [sum(not holds for holds in ways) / len(ways) for ways in right]
        yield metric_of("right_by_luck", "train", intervals.share(lucky))


def learns_hard_labels(composition: Composition) -> bool:
    """Whether one right completion makes a step's label 1 (`StepLabels`)."""
    selectors = [branch.select for phase in composition.phases for branch in phase.branches]
    return any(isinstance(one, StepLabels) and one.labels == "hard" for one in selectors)


def checked_steps(group: Group, hard: bool = False) -> list[Step]:
    """The labelled steps of a prompt's solutions that end after some equation."""
    return [
        (float(float(step["label"]) > 0) if hard else float(step["label"]), holds)
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
    return intervals.ratio_of_counts([sum(some) for some in prompts], [float(len(some)) for some in prompts])
