"""A reward model fitted to preferences (Bradley–Terry, as in arXiv 2203.02155, equation 1), adapters and a scalar head.

Initialised from another reward model ("previous") it goes on: the earlier adapters are merged in and the head starts
where it stood. Initialised from anything else the head starts at 0.

Departures: pairs may have weights and soft labels; the head has no bias, which no difference of rewards could fit, and
it starts at 0 instead of at random, so that no accidental ranking has to be unlearned and the first loss is log 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from peft import PeftModel
from torch import Tensor, nn
from transformers import PreTrainedModel

from experiments.alignment.learners import RewardModel
from experiments.alignment.types import Checkpoint, Trained
from tasks.learners.adapters import learner_kind, save_adapter
from tasks.learners.batches import Pairs, Sequences, planned
from tasks.learners.losses import preference_loss, sigmoid_loss
from tasks.learners.training import (
    Figures,
    PlannedTrainer,
    Row,
    adapted,
    one_batch,
    planned_trainer,
    precision,
    train,
)
from tasks.learners.work import Work
from tasks.policies.reward_policy import HEAD, HEAD_WEIGHTS, answer_rewards, head_width, read_head


class Scorer(nn.Module):
    """The adapted language model and the head [width] that are trained together."""

    def __init__(self, base: PeftModel, head: Tensor) -> None:
        super().__init__()
        self.base = base
        self.head = nn.Parameter(head)

    def forward(self, batch: Sequences) -> Tensor:
        """The reward of every row, [rows]."""
        model = self.base.get_base_model()
        with precision(model):
            return answer_rewards(model, self.head, batch.ids, batch.mask)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One training: its pairs, its batches and the figures it writes."""

    pairs: Pairs
    plan: list[list[int]]
    figures: Figures

    def collate(self, rows: Sequence[Row]) -> Row:
        indexes = one_batch(rows)
        return {"batch": self.pairs.rows(indexes), **self.pairs.labels(indexes)}

    def loss(self, scorer: Scorer, inputs: Row) -> Tensor:
        """−[p·log σ(Δ) + (1 − p)·log σ(−Δ)], the weighted mean over a batch's pairs."""
        margin = margins(scorer, inputs["batch"])
        loss = preference_loss(sigmoid_loss, margin, inputs["p_chosen"], inputs["weights"], 1.0)
        self.figures.add(loss, tokens=float(inputs["batch"].answer.sum()), reward_margin=margin.mean().item())
        return loss

    def conclude(self, scorer: Scorer) -> None:
        """Adds how the trained model ranks the pairs it was trained on: mean margin, and accuracy where labels lean.

        A pair of the label 1/2 has no right order and does not count for the accuracy.
        """
        first_epoch = self.plan[: len(self.plan) // self.pairs.work.spec.epochs]
        order = [index for batch in first_epoch for index in batch]
        with torch.no_grad():
            found = torch.cat([self._checked(scorer, batch) for batch in first_epoch])
        lean = self.pairs.labels(order)["p_chosen"] - 0.5
        right = (found * lean > 0)[lean != 0]
        self.figures.overall["reward_margin"] = found.mean().item()
        if len(right):
            self.figures.overall["reward_accuracy"] = right.float().mean().item()

    def _checked(self, scorer: Scorer, indexes: Sequence[int]) -> Tensor:
        self.pairs.work.check()
        return margins(scorer, self.pairs.rows(indexes))


def margins(scorer: Scorer, batch: Sequences) -> Tensor:
    """Reward of each chosen answer less that of the rejected one, [pairs]."""
    chosen, rejected = scorer(batch).chunk(2)
    return chosen - rejected


def train_reward_model(work: Work[RewardModel]) -> Trained:
    """A new adapter and head on the initial checkpoint. Raises DataError, ModelError and whatever `check` raises."""
    pairs = Pairs.of(work)
    comparison = Comparison(pairs, planned(pairs.lengths(), work.spec, work.seed), Figures())

    def make(model: PreTrainedModel) -> PlannedTrainer:
        scorer = Scorer(adapted(model, work), first_head(work))
        return planned_trainer(scorer, work, comparison.plan, comparison.collate, comparison.loss)

    def keep(scorer: Scorer, directory: Path, init: Checkpoint, note: Row) -> Checkpoint:
        comparison.conclude(scorer)
        return save_adapter(scorer.base, directory, init, note, {HEAD_WEIGHTS: {HEAD: scorer.head}})

    return train(work, make, comparison.figures, keep)


def first_head(work: Work[RewardModel]) -> Tensor:
    """The head [width] that training starts from: the initial reward model's own, else zeros."""
    width = head_width(work.loaded.model)
    if learner_kind(work.init) == work.spec.kind:
        return read_head(work.init.adapters[-1], width).to(work.device)
    return torch.zeros(width, device=work.device)
