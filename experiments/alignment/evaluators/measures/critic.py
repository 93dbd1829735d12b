"""A critic against the task's check: flaws found, false alarms and precision (after arXiv 2206.05802).

On drafts of held-out prompts, and on seeded flaws of the train prompts that it has not learned from.
"""

from collections.abc import Iterator, Sequence
from statistics import fmean

from experiments.alignment.diagnostics import intervals
from experiments.alignment.evaluators.record import Record, metric_of
from experiments.alignment.evaluators.task import GOLD
from experiments.alignment.prompts.criticising import WRONG, verdict_of
from experiments.alignment.proposers.refine_from import CRITIQUE
from experiments.alignment.signals.critic_exam import CriticExam
from experiments.alignment.signals.feedback_likeness import said_of_draft
from experiments.alignment.types import Candidate, Group, Metric
from experiments.alignment.word_cosine import bag, cosine

Case = tuple[bool, str]
"""Whether a draft is right, and the verdict that its critique begins with."""


def measure(record: Record) -> Iterator[Metric]:
    """Verdicts on drafts only where the data set has a check; what refinements make of critiques always."""
    operated = record.groups("operator")
    cases = [case for group in operated if (case := _case(group))]
    if cases:
        yield from _judged(cases)
    yield from _followed(operated)
    if record.iteration:
        yield from _examined(record)


def _judged(cases: Sequence[Case]) -> Iterator[Metric]:
    told = [(right, verdict == WRONG) for right, verdict in cases if verdict]
    yield _share("flaw_recall", [float(called) for right, called in told if not right])
    yield _share("false_alarms", [float(called) for right, called in told if right])
    yield _share("critique_precision", [float(not right) for right, called in told if called])
    yield _share("critiques_without_verdict", [float(not verdict) for _, verdict in cases])


def _case(group: Group) -> Case | None:
    """None where the draft could not be checked."""
    value = group.mean_value(GOLD, 0)
    critique = next((s for s in group.signals if s.kind == CRITIQUE and s.about == (0,)), None)
    return None if value is None or critique is None else (value == 1, critique.label)


def _followed(groups: Sequence[Group]) -> Iterator[Metric]:
    """Does a refinement change anything, and does what it adds take up the words of the critique?"""
    refined = [(group, group.candidates[1:]) for group in groups if len(group.candidates) > 1]
    if not refined:
        return
    same = [fmean(_unchanged(group, one) for one in made) for group, made in refined]
    alike = [fmean(_likeness(group, one) for one in made) for group, made in refined]
    yield _share("critiques_ignored", same)
    yield metric_of("critique_likeness", "probe", intervals.mean(alike))


def _unchanged(group: Group, refinement: Candidate) -> float:
    return float(refinement.text.strip() == group.candidates[0].text.strip())


def _likeness(group: Group, refinement: Candidate) -> float:
    """Of the critique and the words that the draft did not have."""
    return cosine(bag(said_of_draft(group)), bag(refinement.text) - bag(group.candidates[0].text))


def _examined(record: Record) -> Iterator[Metric]:
    """From the seeded cases of the prompts held back, each right one with its wrong twin."""
    signals = [phase.signals for phase in record.composition.phases]
    at = next(
        (i for i, sources in enumerate(signals) if any(s.kind == CriticExam.kind for s in sources)), None
    )
    if at is None:
        return
    read = [_calls(group) for group in record.of_phase(at)]
    right, wrong = [[calls[flawed] for calls in read if flawed in calls] for flawed in (False, True)]
    yield metric_of("seeded_recall", "train", intervals.share(wrong))
    yield metric_of("seeded_false_alarms", "train", intervals.share(right))
    hits = [calls.get(True, 0.0) for calls in read if calls]
    called = [sum(calls.values()) for calls in read if calls]
    yield metric_of("seeded_precision", "train", intervals.ratio_of_counts(hits, called))


def _calls(group: Group) -> dict[bool, float]:
    """By whether there is a flaw: 1 where the critic calls the case wrong, else 0."""
    exam = [s for s in group.signals if s.kind == CriticExam.kind]
    return {verdict_of(group.candidates[s.about[0]].text) == WRONG: float(s.label == WRONG) for s in exam}


def _share(name: str, values: Sequence[float]) -> Metric:
    return metric_of(name, "probe", intervals.share(values))
