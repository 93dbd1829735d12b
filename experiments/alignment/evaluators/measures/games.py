"""Episodes of a round's self-play: outcomes, moves against the rules, length. Estimates are over words."""

from collections.abc import Callable, Iterator

from experiments.alignment.diagnostics import intervals
from experiments.alignment.evaluators.record import Record, metric_of
from experiments.alignment.signals.game import GameOutcome
from experiments.alignment.types import Metric, Signal

SHARES: dict[str, Callable[[Signal], bool]] = {
    "attacker_win_rate": lambda outcome: outcome.label == "attacker",
    "defender_win_rate": lambda outcome: outcome.label == "defender",
    "game_tie_rate": lambda outcome: outcome.label == "tie",
    "illegal_share": lambda outcome: outcome.scores.get("illegal", 0.0) > 0,
}


def measure(record: Record) -> Iterator[Metric]:
    """The metrics of the round's games; nothing before the first round."""
    groups = record.groups("train") if record.iteration else []
    played = [[s for s in group.signals if s.kind == GameOutcome.kind] for group in groups]
    played = [outcomes for outcomes in played if outcomes]
    if not played:
        return
    for name, counts in SHARES.items():
        yield metric_of(
            name, "train", intervals.share([_mean([float(counts(o)) for o in one]) for one in played])
        )
    moves = [_mean([outcome.scores.get("turns", 0.0) for outcome in one]) for one in played]
    yield metric_of("moves_per_game", "train", intervals.mean(moves))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
