"""What a context did and how much of it stayed: divergence and accuracy closed, leakage, order of constructed pairs."""

from collections.abc import Iterator, Sequence

from experiments.alignment.diagnostics import intervals
from experiments.alignment.diagnostics.gap_closure import gap_closure
from experiments.alignment.diagnostics.judging import mean_or_none
from experiments.alignment.diagnostics.text import words
from experiments.alignment.evaluators.record import (
    Record,
    Values,
    closed,
    metric_of,
    paired,
    scored,
    unscored,
)
from experiments.alignment.evaluators.task import GOLD
from experiments.alignment.selectors.constructed_pair import CONSTRUCTION
from experiments.alignment.steps import HELD_OUT
from experiments.alignment.types import Group, Message, Metric

ARM = "context"
GAP = "context_gap"
QUOTED_WORDS = 4
Phrases = frozenset[tuple[str, ...]]


def measure(record: Record) -> Iterator[Metric]:
    """Whatever the record supports, so that all recipes with contexts can share it."""
    yield from _divergence(record)
    if record.iteration:
        yield from _accuracy_closed(record)
    yield from _leakage(record)
    yield from _construction(record)


def _divergence(record: Record) -> Iterator[Metric]:
    now = _gaps(record, record.iteration)
    if not now:
        return
    yield metric_of("context_kl", "probe", intervals.mean(scored(now)), unscored(now))
    if record.iteration:
        first, after = paired(_gaps(record, 0), now)
        closure = gap_closure([-gap for gap in first], [0.0] * len(first), [-gap for gap in after])
        yield metric_of("context_kl_closed", "probe", closure.closed, len(now) - len(first))


def _gaps(record: Record, iteration: int) -> Values:
    groups = [g for g in record.groups("operator", iteration) if any(s.kind == GAP for s in g.signals)]
    return {
        g.prompt.id: mean_or_none([v for c in g.candidates for v in g.values(GAP, c.index)]) for g in groups
    }


def _accuracy_closed(record: Record) -> Iterator[Metric]:
    arm = record.arm(ARM)
    if arm is None:
        return
    for split in HELD_OUT:
        before, with_context = record.verdicts(split, 0), record.arm_verdicts(arm, split)
        closure, missing = closed(before, with_context, record.verdicts(split))
        yield metric_of("context_gap_closed", split, closure.closed, missing)


def _leakage(record: Record) -> Iterator[Metric]:
    contexts = _contexts(record.groups("operator"))
    if contexts:
        shares = [float(bool(_quoted(group, contexts))) for group in record.groups("probe")]
        yield metric_of("context_leakage", "probe", intervals.share(shares))


def _contexts(groups: Sequence[Group]) -> Phrases:
    """Phrases of the contexts that the candidates of the operator saw, without those of their own prompts."""
    return frozenset(
        phrase
        for group in groups
        for candidate in group.candidates
        if candidate.context
        for phrase in _phrases(candidate.context) - _phrases(group.prompt.messages)
    )


def _quoted(group: Group, contexts: Phrases) -> Phrases:
    answer = _phrases((Message("assistant", group.candidates[0].text),))
    return (answer & contexts) - _phrases(group.prompt.messages)


def _phrases(messages: Sequence[Message]) -> Phrases:
    told = [words(message.content) for message in messages]
    return frozenset(
        tuple(text[at : at + QUOTED_WORDS]) for text in told for at in range(len(text) - QUOTED_WORDS + 1)
    )


def _construction(record: Record) -> Iterator[Metric]:
    pairs = [pair for group in record.groups("operator") if (pair := _pair(group))]
    if not pairs:
        return
    told = [float(better > worse) for better, worse in pairs if better != worse]
    yield metric_of("construction_told", "probe", intervals.share([float(a != b) for a, b in pairs]))
    yield metric_of("construction_accuracy", "probe", intervals.share(told))
    better, worse = [a for a, _ in pairs], [b for _, b in pairs]
    yield metric_of("construction_gain", "probe", intervals.paired_difference(better, worse))


def _pair(group: Group) -> tuple[float, float] | None:
    """The check's verdicts on the answer made to be better and on the other one."""
    made = {
        group.mean_value(CONSTRUCTION, c.index): group.mean_value(GOLD, c.index) for c in group.candidates
    }
    better, worse = made.get(1.0), made.get(0.0)
    return None if better is None or worse is None else (better, worse)
