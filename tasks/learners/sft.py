"""Supervised fine-tuning: cross-entropy on the tokens of the answers, through TRL's SFTTrainer.

Departures from TRL's own loss: samples may have weights, and prompts take part in no logits at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import PreTrainedModel
from trl import SFTConfig, SFTTrainer

from experiments.alignment.learners import SFT
from experiments.alignment.sample_kinds import Demonstration
from experiments.alignment.types import Trained
from tasks.learners.batches import Pair, check_samples, padded, planned, tokenised
from tasks.learners.losses import answer_loss
from tasks.learners.training import (
    Figures,
    Row,
    adapter_config,
    arguments,
    batch_table,
    one_batch,
    precision,
    train,
)
from tasks.learners.work import Work
from tasks.policies.scoring import answer_logprobs


class AnswerTrainer(SFTTrainer):
    """SFTTrainer whose loss counts the answers of planned batches alone, by weight."""

    figures: Figures

    def compute_loss(self, model: Any, inputs: dict[str, Any], *_: Any, **__: Any) -> torch.Tensor:
        """The loss of one planned batch (see losses.answer_loss)."""
        batch = inputs["batch"]
        with precision(self.model):
            logprobs = answer_logprobs(model, batch.ids, batch.mask, batch.answer)
        loss = answer_loss(logprobs, batch.answer[:, -logprobs.shape[1] :], inputs["weights"])
        self.figures.add(loss, tokens=float(batch.answer.sum()))
        return loss


@dataclass(frozen=True, slots=True)
class Answers:
    """The samples as token ids."""

    work: Work[SFT]
    samples: list[Demonstration]
    pairs: list[Pair]

    @classmethod
    def of(cls, work: Work[SFT]) -> "Answers":
        """Raises DataError for samples that cannot be trained on."""
        samples = check_samples(work.samples, Demonstration)
        pairs = [tokenised(work, number, s.prompt, s.answer) for number, s in enumerate(samples, start=1)]
        return cls(work, samples, pairs)

    def lengths(self) -> list[int]:
        """Prompt and answer of each sample, in tokens."""
        return [len(prompt) + len(answer) for prompt, answer in self.pairs]

    def collate(self, rows: Sequence[Row]) -> dict[str, Any]:
        indexes = one_batch(rows)
        weights = [self.samples[index].weight for index in indexes]
        return {
            "batch": padded(
                [self.pairs[index] for index in indexes], self.work.loaded.chat.pad_id, self.work.device
            ),
            "weights": torch.tensor(weights, device=self.work.device),
        }


def train_sft(work: Work[SFT]) -> Trained:
    """A new adapter on the initial checkpoint. Raises DataError, ModelError and whatever `check` raises."""
    answers = Answers.of(work)
    plan = planned(answers.lengths(), work.spec, work.seed)
    figures = Figures()

    def make(model: PreTrainedModel) -> AnswerTrainer:
        trainer = AnswerTrainer(
            model=model,
            args=SFTConfig(**arguments(work, len(plan)), dataset_kwargs={"skip_prepare_dataset": True}),
            data_collator=answers.collate,
            train_dataset=batch_table(plan),
            processing_class=work.loaded.chat.tokenizer,
            peft_config=adapter_config(work.spec),
        )
        trainer.figures = figures
        return trainer

    return train(work, make, figures)
