"""A verifier of steps or outcomes: adapters and a scalar head, fitted by binary cross-entropy to soft labels.

The head reads the last token of each step, as in Math-Shepherd (arXiv 2312.08935, with its soft estimates: shares
instead of 0 and 1). A solution of one step makes it the outcome verifier of arXiv 2110.14168, read at the end token
alone and not at every token.

Departures: no language-modelling loss beside it; the head starts at 0, so that the first loss is log 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from peft import PeftModel
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from transformers import PreTrainedModel

from experiments.alignment.errors import DataError
from experiments.alignment.learners import StepVerifier
from experiments.alignment.sample_kinds import Steps
from experiments.alignment.types import Checkpoint, Trained
from tasks.learners.adapters import save_adapter
from tasks.learners.batches import check_length, check_samples, planned
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
from tasks.policies.reward_policy import HEAD, HEAD_WEIGHTS, head_width
from tasks.policies.sampling import left_padded
from tasks.policies.verifier_policy import STEPWISE, Solution, solution_of, step_logits


class StepScorer(nn.Module):
    """The adapted language model and the head [width] that are trained together."""

    def __init__(self, base: PeftModel, head: Tensor) -> None:
        super().__init__()
        self.base = base
        self.head = nn.Parameter(head)

    def forward(self, ids: Tensor, mask: Tensor, ends: Sequence[Sequence[int]]) -> Tensor:
        """The logits of all steps of all rows, one after another, [steps]."""
        model = self.base.get_base_model()
        with precision(model):
            return torch.cat(step_logits(model, self.head, ids, mask, ends))


@dataclass(frozen=True, slots=True)
class Labelled:
    """The samples as token ids, with the labels of their steps; a step without one is no part of the loss."""

    work: Work[StepVerifier]
    samples: list[Steps]
    solutions: list[Solution]

    @classmethod
    def of(cls, work: Work[StepVerifier]) -> "Labelled":
        """Raises DataError for samples that cannot be trained on."""
        samples = check_samples(work.samples, Steps)
        for number, sample in enumerate(samples, start=1):
            _check_labels(number, sample)
        solutions = [solution_of(work.loaded.chat, sample.prompt, sample.steps) for sample in samples]
        for number, solution in enumerate(solutions, start=1):
            check_length(work, number, len(solution.ids))
        return cls(work, samples, solutions)

    def collate(self, rows: Sequence[Row]) -> Row:
        indexes = one_batch(rows)
        picked, device = [self.solutions[i] for i in indexes], self.work.device
        ids, mask = left_padded([one.ids for one in picked], self.work.loaded.chat.pad_id, device)
        samples = [self.samples[index] for index in indexes]
        labels = [label for sample in samples for label in sample.labels]
        weights = [sample.weight for sample in samples for _ in sample.labels]
        return {
            "ids": ids,
            "mask": mask,
            "ends": [[end - len(one.ids) for end in one.ends] for one in picked],
            "labels": torch.tensor([0.0 if label is None else label for label in labels], device=device),
            "weights": torch.tensor(
                [0.0 if label is None else w for label, w in zip(labels, weights, strict=True)], device=device
            ),
        }


def _check_labels(number: int, sample: Steps) -> None:
    known = [label for label in sample.labels if label is not None]
    if len(sample.steps) != len(sample.labels) or not known:
        raise DataError(f"Training sample {number} needs a label for its steps, one a step.")
    if not all(0 <= label <= 1 for label in known):
        raise DataError(f"Training sample {number} has a label outside 0 to 1: {sample.labels}.")


def objective(scorer: StepScorer, inputs: Row, figures: Figures) -> Tensor:
    """−[y·log p + (1 − y)·log(1 − p)], the weighted mean over a batch's labelled steps."""
    logits = scorer(inputs["ids"], inputs["mask"], inputs["ends"])
    labels, weights = inputs["labels"], inputs["weights"]
    losses = binary_cross_entropy_with_logits(logits, labels, reduction="none")
    loss = (weights * losses).sum() / weights.sum()
    right = ((logits > 0) == (labels > 0.5))[weights > 0]
    figures.add(loss, tokens=float(inputs["mask"].sum()), step_accuracy=right.float().mean().item())
    return loss


def train_step_verifier(work: Work[StepVerifier]) -> Trained:
    """A new adapter and head on the initial checkpoint. Raises DataError, ModelError and whatever `check` raises."""
    labelled = Labelled.of(work)
    plan = planned([len(one.ids) for one in labelled.solutions], work.spec, work.seed)
    figures = Figures()

    def loss(scorer: StepScorer, inputs: Row) -> Tensor:
        return objective(scorer, inputs, figures)

    def make(model: PreTrainedModel) -> PlannedTrainer:
        head = torch.zeros(head_width(model), device=work.device)
        return planned_trainer(StepScorer(adapted(model, work), head), work, plan, labelled.collate, loss)

    def keep(scorer: StepScorer, directory: Path, init: Checkpoint, note: Row) -> Checkpoint:
        taught = {**note, STEPWISE: any(len(sample.steps) > 1 for sample in labelled.samples)}
        return save_adapter(scorer.base, directory, init, taught, {HEAD_WEIGHTS: {HEAD: scorer.head}})

    return train(work, make, figures, keep)
