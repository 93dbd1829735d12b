"""Pairs from labels where there are some, else from a reward model's best and worst answer."""

import math
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.selectors.best_worst import BestWorst
from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class LabelsThenReward:
    """Right against wrong where the prompt is labelled, else West-of-N (arXiv 2401.12086).

    `confidence` is the least probability σ(best − worst) that the reward model gives its own pair.
    """

    confidence: float = 0.5
    labels: ClassVar[BestWorst] = BestWorst("verify")
    produces: ClassVar[SampleKind] = "preference"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({"reward", "verify"})

    @property
    def ranked(self) -> BestWorst:
        """The selection by the reward model alone; its margin is the confidence in logits."""
        return BestWorst("reward", math.log(self.confidence / (1 - self.confidence)))

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order; the pair, if there is one, has number 0."""
        labelled = any(signal.kind == "verify" for signal in group.signals)
        return (self.labels if labelled else self.ranked).pick(group, seed)

    def best(self, group: Group) -> int | None:
        """The best by the reward model: labels are no part of the procedure that is measured."""
        return self.ranked.best(group)
