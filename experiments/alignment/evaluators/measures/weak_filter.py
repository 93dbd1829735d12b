"""What a weak filter rated, and how far the strong model ranks the same demonstrations alike."""

from collections.abc import Iterator

from experiments.alignment.diagnostics import intervals
from experiments.alignment.diagnostics.correlation import spearman
from experiments.alignment.evaluators.record import Record, metric_of
from experiments.alignment.signals.instruction_difficulty import OTHER, InstructionDifficulty
from experiments.alignment.types import Metric


def measure(record: Record) -> Iterator[Metric]:
    """From the ratings of the round; nothing before the first one."""
    if not record.iteration:
        return
    rated = [
        s for group in record.groups("train") for s in group.signals if s.kind == InstructionDifficulty.kind
    ]
    values = [signal.value for signal in rated if signal.value is not None]
    yield metric_of("instruction_difficulty", "train", intervals.mean(values))
    yield metric_of("unhelpful_prompts", "train", intervals.share([float(value >= 1) for value in values]))
    both = [(s.value, s.scores[OTHER]) for s in rated if s.value is not None and OTHER in s.scores]
    if both:
        yield metric_of(
            "weak_strong_agreement", "train", spearman([a for a, _ in both], [b for _, b in both])
        )
