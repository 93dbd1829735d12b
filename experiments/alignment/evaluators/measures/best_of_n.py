"""What choosing by the signal is worth, the more there is to choose from: proxy and true score of the best of n."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from experiments.alignment.diagnostics import intervals, overoptimisation
from experiments.alignment.evaluators.record import Record, metric_of
from experiments.alignment.evaluators.task import GOLD
from experiments.alignment.types import Group, Metric

Scored = list[tuple[float, float]]
"""A prompt's samples, each with what the proxy and the check say."""


@dataclass(frozen=True)
class Chosen:
    """For each n the value of the best of n on every prompt, in one order."""

    sizes: list[int]
    proxy: dict[int, list[float]]
    gold: dict[int, list[float]]


def measure(record: Record) -> Iterator[Metric]:
    """On the operator's samples, for n = 1, 2, 4 …, where proxy and check scored every sample."""
    [kind] = record.composition.operator.branches[0].select.reads
    prompts = [scored for group in record.groups("operator") if (scored := _scored(group, kind))]
    if not prompts:
        return
    chosen = _chosen(prompts)
    unit = _unit(prompts)
    for n in chosen.sizes:
        yield metric_of(f"best_of_{n}_accuracy", "probe", intervals.share(chosen.gold[n]))
        rise = [(a - b) / unit for a, b in zip(chosen.proxy[n], chosen.proxy[1], strict=True)]
        yield metric_of(f"best_of_{n}_proxy", "probe", intervals.mean(rise))
    if len(chosen.sizes) > 1:
        last, before = chosen.sizes[-1], chosen.sizes[-2]
        doubled = intervals.paired_difference(chosen.gold[last], chosen.gold[before])
        yield metric_of("best_of_n_last_step", "probe", doubled)
    yield from _peak(chosen)


def _scored(group: Group, kind: str) -> Scored:
    """Nothing where some sample is unscored: ranks among the others alone would be those of another n."""
    pairs = [(group.mean_value(kind, c.index), group.mean_value(GOLD, c.index)) for c in group.candidates]
    whole = [(proxy, gold) for proxy, gold in pairs if proxy is not None and gold is not None]
    return whole if len(whole) == len(pairs) else []


def _chosen(prompts: Sequence[Scored]) -> Chosen:
    sizes = overoptimisation.powers(min(map(len, prompts)))
    seen = [[(proxy, proxy) for proxy, _ in scored] for scored in prompts]
    return Chosen(
        sizes,
        {n: [overoptimisation.best_of_n(scored, n) for scored in seen] for n in sizes},
        {n: [overoptimisation.best_of_n(scored, n) for scored in prompts] for n in sizes},
    )


def _unit(prompts: Sequence[Scored]) -> float:
    """One standard deviation of the proxy within a prompt; 1 where it never varies."""
    centred = [proxy - sum(p for p, _ in scored) / len(scored) for scored in prompts for proxy, _ in scored]
    return (sum(x * x for x in centred) / len(centred)) ** 0.5 or 1.0


def _peak(chosen: Chosen) -> Iterator[Metric]:
    """Where the fitted curve of the true score turns down."""
    beyond = chosen.sizes[1:]
    distances = [overoptimisation.best_of_n_kl(n) ** 0.5 for n in beyond]
    gains = [[a - b for a, b in zip(chosen.gold[n], chosen.gold[1], strict=True)] for n in beyond]
    found = overoptimisation.curve("best-of-n", distances, gains)
    if found is not None:
        yield Metric("best_of_n_fit", "probe", found.r2, None, None, len(gains[0]))
        yield metric_of("best_of_n_peak", "probe", found.peak)
        yield metric_of("best_of_n_peak_reached", "probe", found.reached)
