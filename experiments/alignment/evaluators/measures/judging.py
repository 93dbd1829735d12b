"""Is the pairwise judge to be trusted? Over this round's pairs and over those of the operator's prompts."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from experiments.alignment.diagnostics import pair_judging
from experiments.alignment.diagnostics.findings import Finding
from experiments.alignment.diagnostics.pair_judging import JudgedPair, Pairs
from experiments.alignment.evaluators.record import Record, metric_of
from experiments.alignment.evaluators.task import GOLD
from experiments.alignment.selectors.ranked_pairs import KIND, verdicts
from experiments.alignment.types import Group, Metric, Split

FINDINGS: Mapping[str, Callable[[Pairs], Finding]] = {
    "position_consistency": pair_judging.position_consistency,
    "conflict_rate": pair_judging.conflict_rate,
    "position_preference": pair_judging.position_preference,
    "position_p": pair_judging.position_p,
    "pair_tie_rate": pair_judging.pair_ties,
    "verbosity_preference": pair_judging.verbosity_preference,
}
KNOWING: Mapping[str, Callable[[Pairs], Finding]] = {
    "verbosity_bias": pair_judging.verbosity_bias,
    "pair_accuracy": pair_judging.pair_accuracy,
}
"""What can only be said where the true scores are known."""


def measure(record: Record) -> Iterator[Metric]:
    """Nothing where no pair was judged."""
    phases = range(len(record.composition.phases)) if record.iteration else ()
    places: dict[Split, Sequence[Group]] = {
        "train": [group for phase in phases for group in record.of_phase(phase)],
        "probe": record.groups("operator"),
    }
    for split, groups in places.items():
        yield from _measured(split, groups)


def _measured(split: Split, groups: Sequence[Group]) -> Iterator[Metric]:
    pairs = [judged_pairs(group) for group in groups]
    if not any(pairs):
        return
    missing = sum(s.value is None for group in groups for s in group.signals if s.kind == KIND)
    for name, finding in FINDINGS.items():
        yield metric_of(name, split, finding(pairs), missing)
    if any(pair.gold is not None for some in pairs for pair in some):
        for name, finding in KNOWING.items():
            yield metric_of(name, split, finding(pairs), missing)
    repeats = [_repeats(group) for group in groups]
    if any(len(of_case) > 1 for some in repeats for of_case in some):
        yield metric_of("repetition_stability", split, pair_judging.repetition_stability(repeats), missing)


def judged_pairs(group: Group) -> list[JudgedPair]:
    """The pairs that were judged in both orders; repeats are averaged within an order."""
    made = []
    for (first, second), (earlier, later) in sorted(verdicts(group).items()):
        if earlier and later:
            longer = len(group.candidates[first].text) - len(group.candidates[second].text)
            gold = _gold(group, first, second)
            made.append(JudgedPair(_mean(earlier), _mean(later), longer, gold))
    return made


def _gold(group: Group, first: int, second: int) -> float | None:
    scores = [group.mean_value(GOLD, index) for index in (first, second)]
    return None if scores[0] is None or scores[1] is None else scores[0] - scores[1]


def _repeats(group: Group) -> list[list[int | float]]:
    """The verdicts of each presentation of a pair, a list over its repeats."""
    found: dict[tuple[object, ...], list[int | float]] = defaultdict(list)
    for signal in group.signals:
        if signal.kind == KIND and signal.value is not None:
            side = (signal.value > 0.5) - (signal.value < 0.5)
            found[signal.source, signal.about, signal.order].append(side)
    return list(found.values())


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
