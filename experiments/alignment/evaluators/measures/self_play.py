"""Self-play's discriminator: the implicit reward of a round's update, log π_{t+1} − log π_t, on pairs of
(demonstration, own sample) that were not learned from (arXiv 2401.01335).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from experiments.alignment.diagnostics import intervals
from experiments.alignment.evaluators.record import Record, metric_of
from experiments.alignment.proposers.replay import BEFORE
from experiments.alignment.selectors.held_back import HELD_BACK
from experiments.alignment.types import Group, Metric

AFTER = "logprob"
REPLAYED = 1
"""The phase that reads the trained model, after the one that trains."""


@dataclass(frozen=True)
class Pair:
    """What the update did to a demonstration and to the own sample, in nats, and how likely the former is now."""

    chosen: float
    rejected: float
    chosen_logprob: float

    @property
    def margin(self) -> float:
        return self.chosen - self.rejected

    @property
    def won(self) -> float:
        return 0.5 if self.margin == 0 else float(self.margin > 0)


def measure(record: Record) -> Iterator[Metric]:
    """The discriminator's metrics; nothing before the first round."""
    if record.iteration == 0:
        return
    out = {group.prompt.id for group in record.groups("train") if _held_back(group)}
    replayed = record.of_phase(REPLAYED)
    held, missing = _pairs([group for group in replayed if group.prompt.id in out])
    seen, unseen = _pairs([group for group in replayed if group.prompt.id not in out])
    yield metric_of("discriminator_accuracy", "train", intervals.share([pair.won for pair in held]), missing)
    yield metric_of(
        "discriminator_accuracy_seen", "train", intervals.share([pair.won for pair in seen]), unseen
    )
    yield metric_of("discriminator_margin", "train", intervals.mean([pair.margin for pair in held]), missing)
    yield metric_of(
        "chosen_logprob", "train", intervals.mean([pair.chosen_logprob for pair in held]), missing
    )
    yield metric_of("chosen_logprob_change", "train", intervals.mean([pair.chosen for pair in held]), missing)


def _held_back(group: Group) -> bool:
    return any(selection.reason == HELD_BACK for selection in group.selections)


def _pairs(groups: Sequence[Group]) -> tuple[list[Pair], int]:
    """The scored pairs, and how many could not be scored."""
    found = [pair for group in groups if (pair := _pair(group))]
    return found, len(groups) - len(found)


def _pair(group: Group) -> Pair | None:
    values = [group.mean_value(kind, index) for index in (0, 1) for kind in (BEFORE, AFTER)]
    if None in values or len(values) < 4:
        return None
    chosen_before, chosen_after, rejected_before, rejected_after = (value or 0.0 for value in values)
    return Pair(chosen_after - chosen_before, rejected_after - rejected_before, chosen_after)
