"""Groups of samples of one prompt: how many teach nothing, and whether training moves answers or adds new ones."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

from experiments.alignment.diagnostics import intervals
from experiments.alignment.diagnostics.findings import Finding
from experiments.alignment.diagnostics.overoptimisation import powers
from experiments.alignment.diagnostics.sampling import pass_at
from experiments.alignment.evaluators.record import Record, Values, metric_of, paired, scored, unscored
from experiments.alignment.evaluators.task import GOLD
from experiments.alignment.selectors.group_norm import alike
from experiments.alignment.selectors.scores import scored as scores_of
from experiments.alignment.types import Group, Metric
from experiments.alignment.verifiers.answers import READERS, read_answer

Of = Callable[[Group], float | None]


def measure(record: Record) -> Iterator[Metric]:
    """Dead groups of the round; on probe pass@k, the majority's accuracy, and how both moved since the start."""
    yield from _dead(record)
    sizes = _sizes(record)
    for k in sizes[1:]:
        yield metric_of(f"pass_at_{k}", "probe", _share(_values(record, partial(_passes, k=k))))
    if sizes and record.verifier in READERS:
        most = _values(record, partial(_majority, verifier=record.verifier))
        yield metric_of("majority_of_samples", "probe", _share(most), unscored(most))
    if sizes and record.iteration:
        for name, k in (("pass_gain", 1), ("support_gain", sizes[-1])):
            yield metric_of(name, "probe", _gain(record, partial(_passes, k=k)))


def _dead(record: Record) -> Iterator[Metric]:
    if not record.iteration:
        return
    [kind] = record.composition.operator.branches[0].select.reads
    known = [list(scores_of(group, kind).values()) for group in record.groups("train")]
    dead = [float(alike(scores)) for scores in known if len(scores) > 1]
    yield metric_of("dead_group_share", "train", intervals.share(dead), len(known) - len(dead))


def _sizes(record: Record) -> list[int]:
    """1, 2, 4 … up to the samples that every group has; none where nothing was checked."""
    counts = [len(group.candidates) for group in record.groups("operator") if _right(group)]
    return powers(min(counts)) if counts else []


def _right(group: Group) -> list[bool]:
    """Whether each sample is right; one that could not be checked is not."""
    if not any(signal.kind == GOLD for signal in group.signals):
        return []
    return [group.mean_value(GOLD, c.index) == 1.0 for c in group.candidates]


def _passes(group: Group, k: int) -> float | None:
    right = _right(group)
    return pass_at(k, len(right), sum(right)) if right else None


def _majority(group: Group, verifier: str) -> float | None:
    """Whether the answer that most samples give is right; the first given of equals, None where none can be read."""
    read = [read_answer(verifier, candidate.text) for candidate in group.candidates]
    counts = Counter(answer for answer in read if answer is not None)
    if not counts:
        return None
    winner = read.index(counts.most_common(1)[0][0])
    return group.mean_value(GOLD, group.candidates[winner].index)


def _values(record: Record, of: Of, iteration: int | None = None) -> Values:
    return {group.prompt.id: of(group) for group in record.groups("operator", iteration)}


def _gain(record: Record, of: Of) -> Finding:
    """Against the model before training, on the same prompts."""
    return intervals.paired_difference(*paired(_values(record, of), _values(record, of, 0)))


def _share(values: Values) -> Finding:
    return intervals.share(scored(values))
