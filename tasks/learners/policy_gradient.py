"""Clipped policy gradient on recorded rollouts: PPO's objective (arXiv 1707.06347) with the advantages given, GRPO's
estimate of KL and aggregation (arXiv 2402.03300).

Departures: the old log-probabilities are computed anew under the initial checkpoint, in the batches of the first epoch,
so that the first ratio is exactly 1; a move from a closed list is one token whose probability is taken among the
options alone; each epoch goes over the same rollouts, which are never sampled again; rollouts may have weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import log_softmax, pad
from transformers import PreTrainedModel

from experiments.alignment.errors import DataError
from experiments.alignment.learners import PolicyGradient
from experiments.alignment.sample_kinds import Rollout
from experiments.alignment.types import Checkpoint, Trained
from tasks.learners.batches import Pair, Sequences, check_length, check_samples, padded, planned, tokenised
from tasks.learners.losses import (
    Recorded,
    choice_entropy,
    is_clipped,
    kl_estimate,
    policy_gradient_loss,
    sequence_mean,
)
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
from tasks.policies.choosing import first_tokens, option_logits
from tasks.policies.sampling import left_padded
from tasks.policies.scoring import answer_logprobs


@dataclass(frozen=True, slots=True)
class Choices:
    """Moves from closed lists: left-padded prompts [rows, positions], options' first tokens, place of the choice."""

    ids: Tensor
    mask: Tensor
    firsts: list[tuple[int, ...]]
    chosen: Tensor


@dataclass(frozen=True, slots=True)
class Moves:
    """The rows of a batch: written answers first, then choices. Either may be missing."""

    written: Sequences | None
    choices: Choices | None


@dataclass(frozen=True, slots=True)
class Rollouts:
    """The samples as token ids: a choice's answer is its option's first token, `firsts` is () for a written answer.

    `logprobs` holds for each checkpoint, by its hash, one tensor [own tokens] a sample.
    """

    work: Work[PolicyGradient]
    samples: list[Rollout]
    pairs: list[Pair]
    firsts: list[tuple[int, ...]]
    logprobs: dict[str, dict[int, Tensor]] = field(default_factory=dict)

    @classmethod
    def of(cls, work: Work[PolicyGradient]) -> "Rollouts":
        """Raises DataError for samples that cannot be trained on, ConfigError for options that begin alike."""
        samples = check_samples(work.samples, Rollout)
        firsts = [first_tokens(work.loaded.chat, s.options) if s.options else () for s in samples]
        pairs = [
            _pair(work, number, sample, first)
            for number, (sample, first) in enumerate(zip(samples, firsts, strict=True), start=1)
        ]
        return cls(work, samples, pairs, firsts)

    def lengths(self) -> list[int]:
        """Prompt and answer of each sample, in tokens."""
        return [len(prompt) + len(answer) for prompt, answer in self.pairs]

    def ordered(self, indexes: Sequence[int]) -> list[int]:
        """The samples of a batch in the order of its rows."""
        return sorted(indexes, key=lambda index: bool(self.firsts[index]))

    def moves(self, indexes: Sequence[int]) -> Moves:
        """The rows of samples that are in order."""
        written = [self.pairs[i] for i in indexes if not self.firsts[i]]
        chosen = [i for i in indexes if self.firsts[i]]
        pad_id, device = self.work.loaded.chat.pad_id, self.work.device
        return Moves(
            padded(written, pad_id, device) if written else None, self._choices(chosen) if chosen else None
        )

    def _choices(self, indexes: Sequence[int]) -> Choices:
        prompts = [self.pairs[i][0] for i in indexes]
        ids, mask = left_padded(prompts, self.work.loaded.chat.pad_id, self.work.device)
        places = [self.samples[i].options.index(self.samples[i].answer) for i in indexes]
        return Choices(
            ids, mask, [self.firsts[i] for i in indexes], torch.tensor(places, device=self.work.device)
        )

    def record(self, checkpoint: Checkpoint, batches: Sequence[Sequence[int]]) -> None:
        """Compute a checkpoint's log-probabilities in the batches that training will use first; known ones stay."""
        if checkpoint.sha256 in self.logprobs:
            return
        known = self.logprobs.setdefault(checkpoint.sha256, {})
        model = self.work.loaded.switch(checkpoint.adapters)
        with torch.no_grad():
            for batch in batches:
                self.work.check()
                indexes = self.ordered(batch)
                rows, _ = move_logprobs(model, self.moves(indexes))
                for index, row in zip(indexes, rows, strict=True):
                    known[index] = row[-len(self.pairs[index][1]) :]

    def recorded(self, indexes: Sequence[int]) -> Recorded:
        """What is known of samples that are in order."""
        lengths = torch.tensor([len(self.pairs[i][1]) for i in indexes], device=self.work.device)
        longest = int(lengths.max())
        places = torch.arange(longest, device=self.work.device)
        return Recorded(
            self._rows(self.work.init, indexes, longest),
            self._rows(self.work.reference, indexes, longest),
            (places >= longest - lengths[:, None]).float(),
            torch.tensor([self.samples[i].advantage for i in indexes], device=self.work.device),
            torch.tensor([self.samples[i].weight for i in indexes], device=self.work.device),
        )

    def _rows(self, checkpoint: Checkpoint, indexes: Sequence[int], longest: int) -> Tensor:
        known = self.logprobs[checkpoint.sha256]
        return torch.stack([pad(known[i], (longest - len(known[i]), 0)) for i in indexes])

    def collate(self, rows: Sequence[Row]) -> Row:
        indexes = self.ordered(one_batch(rows))
        return {"moves": self.moves(indexes), "recorded": self.recorded(indexes)}


def move_logprobs(model: Any, moves: Moves) -> tuple[Tensor, Tensor | None]:
    """Log-probabilities in nats [rows, longest answer], at the right edge, 0 elsewhere; entropy of each choice."""
    parts, entropy = [], None
    with precision(model):
        if moves.written is not None:
            parts.append(answer_logprobs(model, moves.written.ids, moves.written.mask, moves.written.answer))
        if moves.choices is not None:
            logits = option_logits(model, moves.choices.ids, moves.choices.mask, moves.choices.firsts)
            options = log_softmax(logits, dim=1)
            parts.append(options.gather(1, moves.choices.chosen[:, None]))
            entropy = choice_entropy(options)
    longest = max(part.shape[1] for part in parts)
    return torch.cat([pad(part, (longest - part.shape[1], 0)) for part in parts]), entropy


def objective(model: Any, inputs: Row, spec: PolicyGradient, figures: Figures) -> Tensor:
    """The loss of one planned batch (see losses.policy_gradient_loss) less `entropy` × mean entropy of its choices."""
    recorded: Recorded = inputs["recorded"]
    logprobs, entropy = move_logprobs(model, inputs["moves"])
    loss = policy_gradient_loss(logprobs, recorded, spec.clip, spec.kl_beta)
    known = {} if entropy is None else {"entropy": entropy.mean().item()}
    if entropy is not None and spec.entropy:
        loss = loss - spec.entropy * entropy.mean()
    counted = recorded.counted.sum().item()
    clipped = is_clipped(logprobs - recorded.old, recorded.advantages, spec.clip) * recorded.counted
    kl = kl_estimate(logprobs.detach() - recorded.reference)
    figures.add(
        loss,
        tokens=counted,
        clip_fraction=clipped.sum().item() / counted,
        kl=sequence_mean(kl, recorded.counted, recorded.weights).item(),
        **known,
    )
    return loss


def train_policy_gradient(work: Work[PolicyGradient]) -> Trained:
    """A new adapter on the initial checkpoint.

    Raises DataError, ConfigError, ModelError and whatever `check` raises.
    """
    rollouts = Rollouts.of(work)
    plan = planned(rollouts.lengths(), work.spec, work.seed)
    for checkpoint in (work.init, work.reference):
        rollouts.record(checkpoint, plan[: len(plan) // work.spec.epochs])
    figures = Figures()
    still = sum(sample.advantage == 0 for sample in rollouts.samples)
    figures.overall["zero_advantage"] = still / len(rollouts.samples)

    def loss(model: Any, inputs: Row) -> Tensor:
        return objective(model, inputs, work.spec, figures)

    def make(model: PreTrainedModel) -> PlannedTrainer:
        return planned_trainer(adapted(model, work), work, plan, rollouts.collate, loss)

    return train(work, make, figures)


def _pair(work: Work[PolicyGradient], number: int, sample: Rollout, firsts: Sequence[int]) -> Pair:
    if not isfinite(sample.advantage):
        raise DataError(
            f"Training sample {number} has the advantage {sample.advantage}; it must be a number."
        )
    if not firsts:
        return tokenised(work, number, sample.prompt, sample.answer)
    if sample.answer not in sample.options:
        raise DataError(f"Training sample {number} has the answer {sample.answer!r}, none of its options.")
    prompt = work.loaded.chat.prompt_ids(sample.prompt)
    check_length(work, number, len(prompt) + 1)
    return prompt, [firsts[sample.options.index(sample.answer)]]
