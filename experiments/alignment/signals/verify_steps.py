"""The outcome verifier over completions: what they say about the steps that they begin with."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from experiments.alignment.ports import Round
from experiments.alignment.signals.verify_outcome import VerifyOutcome
from experiments.alignment.solution_steps import solution_steps
from experiments.alignment.types import Evidence, Group, Signal


@dataclass(frozen=True)
class VerifySteps(VerifyOutcome):
    """As VerifyOutcome; the evidence of a solution's verdict tells how many completions of each step are right."""

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """One signal a candidate. Raises DataError for a prompt without a reference."""
        read = super().read(at, groups)
        return [_with_steps(group, signals) for group, signals in zip(groups, read, strict=True)]


def _with_steps(group: Group, signals: tuple[Signal, ...]) -> tuple[Signal, ...]:
    verdicts: dict[tuple[int, int], list[float]] = defaultdict(list)
    for candidate, signal in zip(group.candidates, signals, strict=True):
        if candidate.parent is not None and signal.value is not None:
            verdicts[candidate.parent, candidate.turn].append(signal.value)
    begun = {parent for parent, _ in verdicts}
    return tuple(
        replace(signal, evidence=_evidence(group, signal, verdicts)) if signal.about[0] in begun else signal
        for signal in signals
    )


def _evidence(group: Group, signal: Signal, verdicts: dict[tuple[int, int], list[float]]) -> Evidence:
    """The last step is as good as the solution; one that no completion was begun from has no label."""
    solution = signal.about[0]
    texts = solution_steps(group.candidates[solution].text)
    steps = [_step(text, verdicts.get((solution, turn), [])) for turn, text in enumerate(texts, start=1)]
    return Evidence("steps", {"steps": [*steps[:-1], {"text": texts[-1], "label": signal.value}]})


def _step(text: str, verdicts: Sequence[float]) -> dict[str, object]:
    label = sum(verdicts) / len(verdicts) if verdicts else None
    return {"text": text, "label": label, "n": len(verdicts), "right": int(sum(verdicts))}
