"""Classifiers: a linear head on features, trained with the confidence loss (see losses_classifier).

Frozen features are read once and remembered, so a head takes seconds; with adapters see confidence_lora. The head's
updates are Adam's with decoupled weight decay (arXiv 1711.05101) and a learning rate that falls linearly.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from experiments.alignment.errors import DataError
from experiments.alignment.learners import ConfidenceCE
from experiments.alignment.ports import Check, Progress
from experiments.alignment.sample_kinds import Label
from experiments.alignment.types import Checkpoint, Trained
from tasks.learners.adapters import stored, write_tensors
from tasks.learners.batches import check_samples, planned
from tasks.learners.confidence_lora import train_adapted
from tasks.learners.labels import Labels, new_head
from tasks.learners.losses_classifier import confidence_loss, weight_of_batch
from tasks.learners.training import Figures
from tasks.learners.work import Work
from tasks.policies.classifier_policy import weights_among
from tasks.policies.features import Features, HiddenStates, WordCounts, words_of
from tasks.policies.head import SETTINGS, WEIGHTS, Head

WEIGHT_DECAY = 0.1
LEAST_PROMPTS = 2
"""Prompts that a word must stand in to be counted."""


@dataclass(frozen=True, slots=True)
class Watching:
    """Who is asked before a step and told after it."""

    check: Check
    progress: Progress
    figures: Figures


def train_classifier(work: Work[ConfidenceCE]) -> Trained:
    """A classifier on the initial checkpoint. Raises DataError, ModelError and whatever `check` raises."""
    if work.spec.train == "lora":
        return train_adapted(work)
    samples = check_samples(work.samples, Label)
    vocabulary = _vocabulary(samples) if work.spec.train == "words" else ()
    features: Features = (
        WordCounts(vocabulary)
        if work.spec.train == "words"
        else HiddenStates(work.loaded, weights_among(work.init.adapters), work.spec.depth)
    )
    x = features.vectors([sample.prompt for sample in samples], work.check)
    figures = Figures()
    head = fit_head(work.spec, x, Labels.of(samples), work.seed, Watching(work.check, work.progress, figures))
    checkpoint = _stored(work, replace(head, vocabulary=vocabulary))
    return Trained(checkpoint, len(figures.steps), figures.summary())


def fit_head(spec: ConfidenceCE, x: Tensor, labels: Labels, seed: int, watching: Watching) -> Head:
    """A head on features x [samples, width]. The same arguments give the same head."""
    head = new_head(spec, labels.options, x)
    scaled = (x - head.mean) / head.scale
    weight, bias = head.weight.requires_grad_(), head.bias.requires_grad_()
    plan = planned([1] * len(x), spec, seed)
    optimiser = torch.optim.AdamW([weight, bias], lr=spec.learning_rate, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, total_iters=len(plan))
    for step, batch in enumerate(plan):
        watching.check()
        alpha = weight_of_batch(len(batch), spec, step / len(plan))
        logits = scaled[batch] @ weight.T + bias
        loss = confidence_loss(logits, labels.targets[batch], labels.weights[batch], alpha)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        watching.figures.add(loss.detach(), tokens=float(len(batch)), alpha=alpha)
        watching.progress(step + 1, len(plan))
    return replace(head, weight=weight.detach(), bias=bias.detach())


def _stored(work: Work[ConfidenceCE], head: Head) -> Checkpoint:
    note = {"learner": work.spec.model_dump(), "seed": work.seed, "samples": len(work.samples)}
    return stored(
        lambda path: write_tensors(head.tensors, path / WEIGHTS),
        work.directory,
        work.init,
        {**note, SETTINGS: head.settings},
    )


def _vocabulary(samples: Sequence[Label]) -> tuple[str, ...]:
    """The words that stand in at least two prompts. Raises DataError where there are none."""
    counts = Counter(word for sample in samples for word in words_of(sample.prompt))
    words = tuple(sorted(word for word, count in counts.items() if count >= LEAST_PROMPTS))
    if not words:
        raise DataError("No word stands in two of the prompts, so a bag of words has nothing to learn from.")
    return words
