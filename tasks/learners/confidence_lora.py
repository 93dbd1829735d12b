"""The classifier whose adapters are trained together with its head (see confidence_ce for the head alone).

The head reads the same features as there, now through the adapters; they are standardised by what the model gave
before training.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from peft import PeftModel
from torch import Tensor, nn
from transformers import PreTrainedModel

from experiments.alignment.learners import ConfidenceCE
from experiments.alignment.sample_kinds import Label
from experiments.alignment.types import Checkpoint, Trained
from tasks.learners.adapters import save_adapter
from tasks.learners.batches import check_length, check_samples, planned
from tasks.learners.labels import Labels, new_head
from tasks.learners.losses_classifier import confidence_loss, weight_of_batch
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
from tasks.policies.classifier_policy import weights_among
from tasks.policies.features import HiddenStates, hidden_states, layer_at, pooled
from tasks.policies.head import SETTINGS, WEIGHTS, Head
from tasks.policies.sampling import left_padded

STANDARDISED_BY = 256
"""Samples whose features give the head's means and scales."""


class Classifier(nn.Module):
    """The adapted language model and the head that are trained together."""

    def __init__(self, base: PeftModel, head: Head, layer: int) -> None:
        super().__init__()
        self.base, self.start, self.layer = base, head, layer
        self.weight, self.bias = (
            nn.Parameter(head.weight.to(base.device)),
            nn.Parameter(head.bias.to(base.device)),
        )

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Logits [rows, options] of left-padded prompts; ids, mask [rows, positions]."""
        model = self.base.get_base_model()
        with precision(model):
            features = pooled(hidden_states(model, ids, mask, self.layer), mask)
        mean, scale = self.start.mean.to(ids.device), self.start.scale.to(ids.device)
        return (features - mean) / scale @ self.weight.T + self.bias

    def head(self) -> Head:
        """The head as it is now."""
        return replace(self.start, weight=self.weight.detach(), bias=self.bias.detach())


@dataclass(frozen=True, slots=True)
class Lessons:
    """One training: its prompts as token ids, its labels, its batches and the figures it writes."""

    work: Work[ConfidenceCE]
    prompts: list[list[int]]
    labels: Labels
    plan: list[list[int]]
    figures: Figures

    @classmethod
    def of(cls, work: Work[ConfidenceCE], samples: Sequence[Label]) -> "Lessons":
        """Raises DataError for prompts that are too long and for labels that do not fit together."""
        prompts = [work.loaded.chat.prompt_ids(sample.prompt) for sample in samples]
        for number, prompt in enumerate(prompts, start=1):
            check_length(work, number, len(prompt))
        plan = planned([len(prompt) for prompt in prompts], work.spec, work.seed)
        return cls(work, prompts, Labels.of(samples), plan, Figures())

    def collate(self, rows: Sequence[Row]) -> Row:
        indexes, device = one_batch(rows), self.work.device
        ids, mask = left_padded([self.prompts[i] for i in indexes], self.work.loaded.chat.pad_id, device)
        targets, weights = self.labels.targets[indexes].to(device), self.labels.weights[indexes].to(device)
        return {"ids": ids, "mask": mask, "targets": targets, "weights": weights}

    def loss(self, classifier: Classifier, inputs: Row) -> Tensor:
        """The confidence loss of one planned batch, at the weight of its step."""
        fraction = len(self.figures.steps) / len(self.plan)
        alpha = weight_of_batch(len(inputs["targets"]), self.work.spec, fraction)
        logits = classifier(inputs["ids"], inputs["mask"])
        loss = confidence_loss(logits, inputs["targets"], inputs["weights"], alpha)
        self.figures.add(loss, tokens=float(inputs["mask"].sum()), alpha=alpha)
        return loss


def train_adapted(work: Work[ConfidenceCE]) -> Trained:
    """A new adapter with its head on the initial checkpoint. Raises DataError, ModelError and what `check` raises."""
    samples = check_samples(work.samples, Label)
    lessons = Lessons.of(work, samples)
    head = _start(work, samples, lessons.labels)

    def make(model: PreTrainedModel) -> PlannedTrainer:
        classifier = Classifier(adapted(model, work), head, layer_at(model, work.spec.depth))
        return planned_trainer(classifier, work, lessons.plan, lessons.collate, lessons.loss)

    return train(work, make, lessons.figures, _keep)


def _start(work: Work[ConfidenceCE], samples: Sequence[Label], labels: Labels) -> Head:
    features = HiddenStates(work.loaded, weights_among(work.init.adapters), work.spec.depth)
    x = features.vectors([sample.prompt for sample in samples[:STANDARDISED_BY]], work.check)
    return new_head(work.spec, labels.options, x)


def _keep(classifier: Classifier, directory: Path, init: Checkpoint, note: dict[str, Any]) -> Checkpoint:
    head = classifier.head()
    return save_adapter(
        classifier.base, directory, init, {**note, SETTINGS: head.settings}, {WEIGHTS: head.tensors}
    )
