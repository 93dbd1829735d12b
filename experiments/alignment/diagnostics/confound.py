"""Could the chosen answers be told without reading them? By who wrote them, or by how long they are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.alignment.diagnostics.findings import Finding
from experiments.alignment.diagnostics.intervals import share

FOLDS = 2


@dataclass(frozen=True, slots=True)
class SourcedPair:
    """Who wrote the chosen and the rejected answer, and how much longer the chosen one is."""

    chosen: str
    rejected: str
    longer: int


Pairs = Sequence[Sequence[SourcedPair]]
"""One list of pairs a prompt."""


def length_auc(pairs: Pairs) -> Finding:
    """How often the chosen answer of a pair is the longer one, a tie a half: the AUC of length within pairs."""
    return _mean([[_win(pair.longer) for pair in of_prompt] for of_prompt in pairs])


def source_auc(pairs: Pairs) -> Finding:
    """The same for who wrote it. The order of the sources is learned on one half of the prompts and used on the other,
    so that chance gives one half however few pairs there are.
    """
    ranks = [_wins([p for of in pairs[fold::FOLDS] for p in of]) for fold in range(FOLDS)]
    return _mean(
        [
            [
                _win(_rank(ranks, place, pair.chosen) - _rank(ranks, place, pair.rejected))
                for pair in of_prompt
            ]
            for place, of_prompt in enumerate(pairs)
        ]
    )


def _wins(pairs: Sequence[SourcedPair]) -> dict[str, float]:
    """How much more often each source is chosen than rejected."""
    net: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for pair in pairs:
        net.update({pair.chosen: 1})
        net.subtract({pair.rejected: 1})
        seen.update([pair.chosen, pair.rejected])
    return {source: net[source] / count for source, count in seen.items()}


def _rank(ranks: Sequence[dict[str, float]], place: int, source: str) -> float:
    return ranks[(place + 1) % FOLDS].get(source, 0.0)


def _win(lead: float) -> float:
    return 1.0 if lead > 0 else 0.0 if lead < 0 else 0.5


def _mean(values: Sequence[Sequence[float]]) -> Finding:
    return share([sum(of_prompt) / len(of_prompt) for of_prompt in values if of_prompt])
