"""Kahneman–Tversky optimisation (KTO, arXiv 2402.01306, equation 7): answers that are good or bad, each for itself.

As in TRL's KTOTrainer, the point that gains are measured from is the mean gain of a batch's prompts with each other's
answers, never below 0 and without a gradient. Departures from TRL: the mean over a batch is one over the samples'
weights; the reference's log-probabilities are computed once, in the batches that training will use; a batch of one
sample has no other answer, so its point is 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel

from experiments.alignment.learners import KTO
from experiments.alignment.sample_kinds import Unpaired
from experiments.alignment.types import Trained
from tasks.learners.batches import Pair, Sequences, check_samples, padded, planned, tokenised
from tasks.learners.losses import kto_losses
from tasks.learners.training import (
    Figures,
    PlannedTrainer,
    Row,
    adapted,
    answer_sums,
    one_batch,
    planned_trainer,
    train,
)
from tasks.learners.work import Work

Batch = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """The samples as token ids, and each planned batch's log-probabilities under the reference, [2, rows].

    The first row holds those of the samples' own answers, the second those of the answers of their neighbours.
    """

    work: Work[KTO]
    samples: list[Unpaired]
    pairs: list[Pair]
    reference: dict[Batch, Tensor] = field(default_factory=dict)

    @classmethod
    def of(cls, work: Work[KTO]) -> "Judged":
        """Raises DataError for samples that cannot be trained on."""
        samples = check_samples(work.samples, Unpaired)
        pairs = [tokenised(work, number, s.prompt, s.answer) for number, s in enumerate(samples, start=1)]
        return cls(work, samples, pairs)

    def own(self, indexes: Sequence[int]) -> Sequences:
        """The batch of these samples."""
        return self._padded([self.pairs[index] for index in indexes])

    def mismatched(self, indexes: Sequence[int]) -> Sequences:
        """The batch of their prompts, each with the answer of the sample before it, the first with the last one's."""
        before = [*indexes[-1:], *indexes[:-1]]
        return self._padded(
            [(self.pairs[i][0], self.pairs[j][1]) for i, j in zip(indexes, before, strict=True)]
        )

    def _padded(self, pairs: Sequence[Pair]) -> Sequences:
        return padded(pairs, self.work.loaded.chat.pad_id, self.work.device)

    def refer(self, batches: Sequence[Sequence[int]]) -> None:
        """Compute the reference's log-probabilities of every planned batch."""
        model = self.work.loaded.switch(self.work.reference.adapters)
        with torch.no_grad():
            for batch in map(tuple, batches):
                self.work.check()
                if batch not in self.reference:
                    both = (self.own(batch), self.mismatched(batch))
                    self.reference[batch] = torch.stack([answer_sums(model, one) for one in both])

    def collate(self, rows: Sequence[Row]) -> Row:
        indexes = one_batch(rows)
        picked, device = [self.samples[index] for index in indexes], self.work.device
        return {
            "own": self.own(indexes),
            "mismatched": self.mismatched(indexes),
            "reference": self.reference[tuple(indexes)],
            "good": torch.tensor([sample.good for sample in picked], device=device),
            "weights": torch.tensor([sample.weight for sample in picked], device=device),
        }


def objective(model: Any, inputs: Row, spec: KTO, figures: Figures) -> Tensor:
    """The weighted mean of one planned batch's losses (see losses.kto_losses)."""
    own, good, weights = inputs["own"], inputs["good"], inputs["weights"]
    gains = answer_sums(model, own) - inputs["reference"][0]
    point = torch.zeros((), device=gains.device)
    if len(gains) > 1:
        with torch.no_grad():
            elsewhere = answer_sums(model, inputs["mismatched"]) - inputs["reference"][1]
        point = elsewhere.mean().clamp(min=0)
    importance = torch.where(good, spec.desirable, spec.undesirable)
    losses = importance * kto_losses(gains, good, point, spec.beta)
    loss = (weights * losses).sum() / weights.sum()
    figures.add(loss, tokens=float(own.answer.sum()), kl=point.item(), **_rewards(gains.detach(), good, spec))
    return loss


def _rewards(gains: Tensor, good: Tensor, spec: KTO) -> dict[str, float]:
    """Mean implicit reward β·gain of the good and of the bad answers, where a batch has some."""
    sides = {"reward_good": gains[good], "reward_bad": gains[~good]}
    return {name: spec.beta * side.mean().item() for name, side in sides.items() if len(side)}


def train_kto(work: Work[KTO]) -> Trained:
    """A new adapter on the initial checkpoint. Raises DataError, ModelError and whatever `check` raises."""
    judged = Judged.of(work)
    plan = planned([len(prompt) + len(answer) for prompt, answer in judged.pairs], work.spec, work.seed)
    judged.refer(plan)
    figures = Figures()

    def loss(model: Any, inputs: Row) -> Tensor:
        return objective(model, inputs, work.spec, figures)

    def make(model: PreTrainedModel) -> PlannedTrainer:
        return planned_trainer(adapted(model, work), work, plan, judged.collate, loss)

    return train(work, make, figures)
