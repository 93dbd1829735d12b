"""Direct preference optimisation (arXiv 2305.18290) through TRL's DPOTrainer.

Departures from TRL's own loss: pairs may have weights and soft labels, prompts take part in no logits, and the
reference's log-probabilities are computed once, in the batches of the first epoch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedModel
from trl import DPOConfig, DPOTrainer

from experiments.alignment.learners import DPO
from experiments.alignment.types import Trained
from tasks.learners.batches import Pairs, Sequences, planned
from tasks.learners.losses import MEAN_OVER_TOKENS, PAIR_LOSSES, preference_loss
from tasks.learners.training import (
    Figures,
    Row,
    adapter_config,
    answer_sums,
    arguments,
    batch_table,
    one_batch,
    train,
)
from tasks.learners.work import Work


class PairTrainer(DPOTrainer):
    """DPOTrainer on planned batches: the first half of a batch's rows is chosen, the second half rejected."""

    figures: Figures
    spec: DPO

    def _prepare_dataset(self, dataset: Any, *_: Any, **__: Any) -> Any:
        return dataset

    def compute_loss(self, model: Any, inputs: dict[str, Any], *_: Any, **__: Any) -> torch.Tensor:
        """The loss of one planned batch (see losses.preference_loss)."""
        gains = answer_likelihoods(model, inputs["batch"], self.spec) - inputs["reference"]
        chosen, rejected = gains.chunk(2)
        margin = chosen - rejected
        loss = preference_loss(
            PAIR_LOSSES[self.spec.loss], margin, inputs["p_chosen"], inputs["weights"], self.spec.beta
        )
        self.figures.add(
            loss,
            tokens=float(inputs["batch"].answer.sum()),
            reward_margin=self.spec.beta * margin.mean().item(),
            reward_accuracy=(margin > 0).float().mean().item(),
        )
        return loss


@dataclass(frozen=True, slots=True)
class ReferredPairs:
    """The pairs with the reference's log-probabilities, [2, pairs]: chosen, rejected."""

    pairs: Pairs
    reference: Tensor

    @classmethod
    def of(cls, work: Work[DPO]) -> "ReferredPairs":
        """Raises DataError for samples that cannot be trained on."""
        pairs = Pairs.of(work)
        return cls(pairs, torch.zeros(2, len(pairs.samples), device=work.device))

    def refer(self, batches: Sequence[Sequence[int]]) -> None:
        """Compute the reference's log-probabilities in the batches that training will use first."""
        work = self.pairs.work
        model = work.loaded.switch(work.reference.adapters)
        with torch.no_grad():
            for indexes in batches:
                work.check()
                sums = answer_likelihoods(model, self.pairs.rows(indexes), work.spec)
                self.reference[:, indexes] = sums.view(2, -1)

    def collate(self, rows: Sequence[Row]) -> dict[str, Any]:
        indexes = one_batch(rows)
        return {
            "batch": self.pairs.rows(indexes),
            "reference": self.reference[:, indexes].flatten(),
            **self.pairs.labels(indexes),
        }


def answer_likelihoods(model: Any, batch: Sequences, spec: DPO) -> Tensor:
    """Log-probability of each row's answer in nats [rows]: the sum over its tokens, or their mean for IPO."""
    sums = answer_sums(model, batch)
    return sums / batch.answer.sum(dim=1) if spec.loss in MEAN_OVER_TOKENS else sums


def train_dpo(work: Work[DPO]) -> Trained:
    """A new adapter on the initial checkpoint. Raises DataError, ModelError and whatever `check` raises."""
    referred = ReferredPairs.of(work)
    plan = planned(referred.pairs.lengths(), work.spec, work.seed)
    referred.refer(plan[: len(plan) // work.spec.epochs])
    figures = Figures()

    def make(model: PreTrainedModel) -> PairTrainer:
        trainer = PairTrainer(
            model=model,
            args=DPOConfig(**arguments(work, len(plan)), beta=work.spec.beta, disable_dropout=False),
            data_collator=referred.collate,
            train_dataset=batch_table(plan),
            processing_class=work.loaded.chat.tokenizer,
            peft_config=adapter_config(work.spec),
        )
        trainer.figures, trainer.spec = figures, work.spec
        return trainer

    return train(work, make, figures)
