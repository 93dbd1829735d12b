"""Pairs ordered by their sources against the check: train prompts alone have them, and those bring their references."""

from collections.abc import Iterator, Sequence

from experiments.alignment.diagnostics import intervals
from experiments.alignment.evaluators.record import Record, metric_of
from experiments.alignment.selectors.constructed_pair import CONSTRUCTION
from experiments.alignment.selectors.ordered_pairs import VETOED, ordered
from experiments.alignment.types import Group, Metric
from experiments.alignment.verifiers import VERIFIERS, verify

Pair = tuple[int, int]


def measure(record: Record) -> Iterator[Metric]:
    """Nothing before training, nor in a recipe that ranks no sources."""
    phases = enumerate(record.composition.phases) if record.iteration else ()
    phase = next((n for n, p in phases if CONSTRUCTION in p.propose.gives), None)
    groups = [] if phase is None else [g for g in record.of_phase(phase) if ordered(g, CONSTRUCTION)]
    if not groups:
        return
    yield _share(
        "order_vetoed", [[float(pair in _vetoed(g)) for pair in ordered(g, CONSTRUCTION)] for g in groups]
    )
    if record.verifier not in VERIFIERS:
        return
    pairs = [_checked(record.verifier, group) for group in groups]
    yield _share("order_told", [[float(lead != 0) for lead in leads.values()] for leads in pairs])
    yield _share("order_accuracy", [_right(leads, list(leads)) for leads in pairs])
    kept = [_right(leads, _kept(g)) for leads, g in zip(pairs, groups, strict=True)]
    yield _share("order_kept_accuracy", kept)


def _checked(verifier: str, group: Group) -> dict[Pair, float]:
    """How far the better source leads by the check, 1, 0 or -1; pairs that cannot be checked are left out."""
    reference = group.prompt.reference
    if reference is None:
        return {}
    right = {c.index: verify(verifier, c.text, reference).value for c in group.candidates}
    leads = {pair: (right[pair[0]], right[pair[1]]) for pair in ordered(group, CONSTRUCTION)}
    return {pair: a - b for pair, (a, b) in leads.items() if a is not None and b is not None}


def _right(leads: dict[Pair, float], pairs: Sequence[Pair]) -> list[float]:
    return [float(leads[pair] > 0) for pair in pairs if leads.get(pair, 0) != 0]


def _kept(group: Group) -> list[Pair]:
    chosen = {s.pair: s.about[0] for s in group.selections if s.fate == "chosen"}
    rejected = {s.pair: s.about[0] for s in group.selections if s.fate == "rejected"}
    return [(better, rejected[number]) for number, better in chosen.items() if number in rejected]


def _vetoed(group: Group) -> set[Pair]:
    """Two drops follow each other for each pair that was refused."""
    refused = [s.about[0] for s in group.selections if s.fate == "dropped" and s.reason == VETOED]
    return set(zip(refused[::2], refused[1::2], strict=True))


def _share(name: str, values: Sequence[Sequence[float]]) -> Metric:
    """Over prompts: each counts with the share of its pairs."""
    found = intervals.share([sum(of_prompt) / len(of_prompt) for of_prompt in values if of_prompt])
    return metric_of(name, "train", found)
