"""Decompositions: accuracy by size, the root against the product of its parts, agreement and cost.

A part is right by its own question (1 ≡ the sum that it was asked for), whatever the earlier parts came to, so that
root accuracy is predicted by Π pᵢ where errors are independent and not mended (arXiv 1810.08575).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from experiments.alignment.diagnostics import intervals, judging
from experiments.alignment.diagnostics.findings import LEAST_FOR_SHARE
from experiments.alignment.diagnostics.intervals import Array
from experiments.alignment.evaluators.record import Record, Values, metric_of, scored
from experiments.alignment.evaluators.task import GOLD
from experiments.alignment.metric_families.decomposition import MOST_TERMS
from experiments.alignment.proposers.decompose import TREE
from experiments.alignment.signals.agreement import Agreement
from experiments.alignment.steps import HELD_OUT
from experiments.alignment.sums import terms_of
from experiments.alignment.types import Group, Metric, Signal, Split


@dataclass(frozen=True)
class Decomposed:
    """One prompt's decompositions: whether each root is right, and for each whether each of its parts is."""

    roots: tuple[float, ...]
    parts: tuple[tuple[float, ...], ...]
    agreed: bool | None
    calls: float

    @property
    def every_part(self) -> list[float]:
        return [value for of_tree in self.parts for value in of_tree]


def measure(record: Record) -> Iterator[Metric]:
    """Every metric of decompositions that the iteration supports."""
    for split in HELD_OUT:
        yield from _by_terms(record, split)
    found = [one for group in record.groups("operator") if (one := _decomposed(group))]
    yield from _trees(found)
    yield from _agreement(found, "probe")
    if record.iteration:
        yield from _agreement([one for g in record.groups("train") if (one := _decomposed(g))], "train")


def _by_terms(record: Record, split: Split) -> Iterator[Metric]:
    verdicts = record.verdicts(split)
    sizes: dict[int, Values] = {
        n: {g.prompt.id: verdicts[g.prompt.id] for g in record.groups(split) if _size(g) == n}
        for n in range(2, MOST_TERMS + 1)
        if verdicts
    }
    for n, values in sizes.items():
        if values:
            yield metric_of(f"accuracy_{n}_terms", split, intervals.share(scored(values)))
    measured = {n: values for n, values in sizes.items() if len(scored(values)) >= LEAST_FOR_SHARE}
    if split == "probe" and 2 in measured:
        yield Metric("frontier_terms", split, float(_frontier(measured)), None, None, len(verdicts))


def _size(group: Group) -> int:
    return len(terms_of(group.prompt.text))


def _frontier(measured: dict[int, Values]) -> int:
    reached = 1
    while reached + 1 in measured and (judging.mean_or_none(scored(measured[reached + 1])) or 0) >= 0.5:
        reached += 1
    return reached


def _decomposed(group: Group) -> Decomposed | None:
    shown = [signal for signal in group.signals if signal.kind == TREE]
    if not shown:
        return None
    roots = [group.mean_value(GOLD, signal.about[0]) for signal in shown]
    shares = [group.mean_value(Agreement.kind, signal.about[0]) for signal in shown]
    agreed = None if len(shown) < 2 else all(share == 1 for share in shares)
    calls = sum(signal.value or 0.0 for signal in shown)
    return Decomposed(tuple(r for r in roots if r is not None), tuple(map(_parts, shown)), agreed, calls)


def _parts(signal: Signal) -> tuple[float, ...]:
    nodes = signal.evidence.data["nodes"] if signal.evidence else []
    return tuple(node["value"] for node in nodes if node["value"] is not None)


def _trees(found: Sequence[Decomposed]) -> Iterator[Metric]:
    rooted = [one for one in found if one.roots]
    if not rooted:
        return
    yield metric_of("tree_accuracy", "probe", intervals.share([_mean(one.roots) for one in rooted]))
    agreed = [_mean(one.roots) for one in rooted if one.agreed]
    yield metric_of("agreed_accuracy", "probe", intervals.share(agreed))
    yield from _against_parts([one for one in rooted if one.every_part])


def _against_parts(found: Sequence[Decomposed]) -> Iterator[Metric]:
    """Nothing where no part can be checked, as in decompositions that a model wrote."""
    if not found:
        return
    yield metric_of("part_accuracy", "probe", intervals.share([_mean(one.every_part) for one in found]))
    lengths = sorted({len(parts) for one in found for parts in one.parts})
    shares = {n: [_mean([float(len(parts) == n) for parts in one.parts]) for one in found] for n in lengths}
    right = [sum(one.every_part) for one in found]
    asked = [float(len(one.every_part)) for one in found]
    columns = [right, asked, *shares.values(), [_mean(one.roots) for one in found]]

    def predicted(drawn: Sequence[Array]) -> Array:
        return _predicted(drawn[0], drawn[1], dict(zip(lengths, drawn[2:], strict=False)))

    def against(drawn: Sequence[Array]) -> Array:
        return intervals.quotient(drawn[-1].mean(axis=-1), predicted(drawn))

    yield metric_of("predicted_root_accuracy", "probe", intervals.bootstrap(columns, predicted))
    yield metric_of("root_against_parts", "probe", intervals.bootstrap(columns, against))


def _predicted(right: Array, asked: Array, shares: Mapping[int, Array]) -> Array:
    """pⁿ, mean over decompositions of n parts, with p pooled over the same prompts; the last axis is prompts."""
    p = right.sum(axis=-1) / asked.sum(axis=-1)
    predicted: Array = sum(share.mean(axis=-1) * p**n for n, share in shares.items())
    return predicted


def _agreement(found: Sequence[Decomposed], split: Split) -> Iterator[Metric]:
    if not found:
        return
    compared = [float(one.agreed) for one in found if one.agreed is not None]
    yield metric_of("agreement_share", split, intervals.share(compared))
    yield metric_of("calls_per_answer", split, intervals.mean([one.calls for one in found]))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
