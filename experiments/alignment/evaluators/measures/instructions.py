"""Generated instructions: which filter dropped how many, how new and how varied the rest is, and how deep."""

from collections import Counter
from collections.abc import Iterator, Sequence

from experiments.alignment.diagnostics import intervals, text
from experiments.alignment.evaluators.record import Record, metric_of
from experiments.alignment.filters.likeness import nearest_unordered, shares_passage
from experiments.alignment.filters.screen import FILTER
from experiments.alignment.metric_families.instructions import FILTERS, dropped_by
from experiments.alignment.proposers.instructions import INSTRUCTION, POOL
from experiments.alignment.selectors.passed_filters import against
from experiments.alignment.steps import HELD_OUT
from experiments.alignment.types import Group, Metric, Signal

ALIKE = 0.9
"""Common words, in any order, from which two instructions of a pool are near-copies."""
OPENING_WORDS = 2
MOST = 500
"""Instructions of a pool, the newest, that are compared with each other."""


def measure(record: Record) -> Iterator[Metric]:
    """From the round's train groups and from the pool as it is now; before the first round nothing."""
    if not record.iteration:
        return
    groups = [g for phase in range(len(record.composition.phases)) for g in record.of_phase(phase)]
    made = [group for group in groups if origins(group)]
    yield from _kept(made)
    yield from _dropped(groups)
    yield from _depth(made)
    yield from _contaminated(record, made)
    yield from _pool(record.statements(POOL))


def origins(group: Group) -> list[Signal]:
    """The signals that say where the instructions of a group come from, one an instruction."""
    return [signal for signal in group.signals if signal.kind == INSTRUCTION]


def _passed(group: Group) -> list[Signal]:
    return [signal for signal in origins(group) if not against(group, signal.about[0])]


def _kept(made: Sequence[Group]) -> Iterator[Metric]:
    """Of every prompt, the share of its instructions that stay, and how like the nearest other one these are."""
    shares = [len(_passed(group)) / len(origins(group)) for group in made]
    yield metric_of("instructions_kept", "train", intervals.share(shares))
    alike = [[s.value for s in _passed(group) if s.value is not None] for group in made]
    yield metric_of("instruction_similarity", "train", intervals.mean([sum(v) / len(v) for v in alike if v]))


def _dropped(groups: Sequence[Group]) -> Iterator[Metric]:
    """What each filter dropped of the texts that it saw, whatever others said of them; a share of each prompt's."""
    for name in FILTERS:
        said = [[s.value == 0 for s in g.signals if s.kind == FILTER and s.source == name] for g in groups]
        shares = [sum(dropped) / len(dropped) for dropped in said if dropped]
        if shares:
            yield metric_of(dropped_by(name), "train", intervals.share(shares))


def _depth(made: Sequence[Group]) -> Iterator[Metric]:
    """How deep the instructions are that stay, for recipes in which they have a depth at all."""
    if any(candidate.turn for group in made for candidate in group.candidates):
        deepest = [max((g.candidates[s.about[0]].turn for s in _passed(g)), default=0) for g in made]
        yield metric_of("evolution_depth", "train", intervals.mean([float(depth) for depth in deepest]))


def _contaminated(record: Record, made: Sequence[Group]) -> Iterator[Metric]:
    """The share of each prompt's kept instructions that hold a passage of a held-out prompt, or all of a short one."""
    held_out = [group.prompt.text for split in HELD_OUT for group in record.groups(split)]
    found = [
        [shares_passage(instruction_of(signal), held_out) for signal in _passed(group)] for group in made
    ]
    shares = [sum(each) / len(each) for each in found if each]
    yield metric_of("contaminated_instructions", "train", intervals.share(shares))


def instruction_of(signal: Signal) -> str:
    """The instruction that a signal of its kind is about; empty where it kept none."""
    return str(signal.evidence.data["instruction"]) if signal.evidence else ""


def _pool(pool: Sequence[str]) -> Iterator[Metric]:
    """Of the pool as a whole; only the word pairs are an estimate with an interval."""
    if not pool:
        return
    n, newest = len(pool), pool[-MOST:]
    openings = Counter(tuple(text.words(one)[:OPENING_WORDS]) for one in pool)
    copies = sum(nearest_unordered(one, newest[:place])[0] >= ALIKE for place, one in enumerate(newest))
    yield Metric("pool_size", "train", float(n), None, None, n)
    yield Metric("distinct_openings", "train", len(openings) / n, None, None, n)
    yield Metric("pool_near_copies", "train", copies / len(newest), None, None, len(newest))
    yield metric_of("pool_distinct_2", "train", text.distinct_2(pool))
