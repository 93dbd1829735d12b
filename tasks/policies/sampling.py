"""The decoding loop: one prefill for repeated prompts, own draws for every row, finished rows leave the batch.

A row's uniforms come from its own seed, so its draws never depend on its neighbours. The same rows in the same order
on the same device with the same dtype and thread count give the same tokens, bit for bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from transformers import DynamicCache, PreTrainedModel

from experiments.alignment.ports import Check
from tasks.policies.cache import growing_cache

LEAVE_SHARE = (
    8  # finished rows are taken out once they are an eighth of the batch: taking out copies the cache
)
BLOCK = 256  # words whose probabilities are summed together to find a draw


@dataclass(frozen=True, slots=True)
class Row:
    """One answer to draw. Temperature 0 takes the most likely token."""

    prompt: tuple[int, ...]
    max_tokens: int
    temperature: float
    top_p: float
    seed: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """The tokens of an answer, its end token included, with the sum of their log-probabilities at temperature 1."""

    ids: list[int]
    logprob: float
    ended: bool


class Steer(Protocol):
    """Changes the logits of a batch's next words; it is told all that is read, taken and taken out."""

    def begin(self, ids: Tensor, mask: Tensor, index: Tensor, steps: int) -> None:
        """The different prompts, ids and mask [prompts, positions]; row i of the batch has the prompt index[i]."""

    def weigh(self, logits: Tensor) -> Tensor:
        """The logits to draw from, [rows in the batch, words]; −inf for a word that must not be drawn."""

    def took(self, tokens: Tensor) -> None:
        """What the rows in the batch go on with, [rows in the batch]."""

    def keep(self, rows: Tensor) -> None:
        """The places of the rows that stay in the batch."""


def decode(
    model: PreTrainedModel,
    rows: Sequence[Row],
    stop_ids: frozenset[int],
    pad_id: int,
    check: Check,
    steer: Steer | None = None,
) -> list[Drawn]:
    """Answers to all rows as one batch, in their order; `check` is called before every step.

    With `steer` words are drawn from other logits; log-probabilities are the model's own all the same.
    """
    with torch.inference_mode():
        batch = _Batch(model, rows, stop_ids, pad_id, steer)
        check()
        logits = batch.prefill()
        while batch.take(logits):
            check()
            logits = batch.forward()
    return batch.drawn()


class _Batch:
    """The rows that are still being written. `alive` holds their indexes among all rows of the batch."""

    def __init__(
        self,
        model: PreTrainedModel,
        rows: Sequence[Row],
        stop_ids: frozenset[int],
        pad_id: int,
        steer: Steer | None,
    ) -> None:
        self.model, self.rows, self.device, self.steer = model, rows, model.device, steer
        self.stop = torch.tensor(sorted(stop_ids), device=self.device)
        self.pad_id = pad_id
        self.steps = max(row.max_tokens for row in rows)
        self.step = 0
        count = len(rows)
        self.alive = torch.arange(count, device=self.device)
        self.budgets = torch.tensor([row.max_tokens for row in rows], device=self.device)
        self.finished = torch.zeros(count, dtype=torch.bool, device=self.device)
        self.tokens = torch.full((count, self.steps), pad_id, device=self.device)
        self.lengths = torch.zeros(count, dtype=torch.long, device=self.device)
        self.logprobs = torch.zeros(count, dtype=torch.float64, device=self.device)
        self.ended = torch.zeros(count, dtype=torch.bool, device=self.device)
        self.draws = Draws.of(rows, self.steps, self.device)
        self.cache: DynamicCache = growing_cache(model.config, self.steps)

    def prefill(self) -> Tensor:
        """Reads every different prompt once; returns the first logits of every row, [rows, words]."""
        prompts = list(dict.fromkeys(row.prompt for row in self.rows))
        where = {prompt: index for index, prompt in enumerate(prompts)}
        ids, mask = left_padded(prompts, self.pad_id, self.device)
        logits = last_logits(self.model, ids, mask, positions(mask), self.cache)
        index = torch.tensor([where[row.prompt] for row in self.rows], device=self.device)
        if len(prompts) < len(self.rows):
            self.cache.batch_select_indices(index)
        if self.steer:
            self.steer.begin(ids, mask, index, self.steps)
        room = torch.ones((len(self.rows), self.steps), dtype=mask.dtype, device=self.device)
        self.mask = torch.cat([mask[index], room], dim=1)
        self.width = mask.shape[1]
        self.prompt_lengths = mask.sum(dim=1)[index]
        return logits[index]

    def take(self, logits: Tensor) -> bool:
        """Draws one token for every row in the batch and takes finished rows out; False when none is left."""
        tokens, logprobs = self._draw(logits.float())
        open_rows = ~self.finished[self.alive]
        self.current = tokens
        self.tokens[self.alive, self.step] = torch.where(open_rows, tokens, self.pad_id)
        self.lengths[self.alive] += open_rows
        self.logprobs[self.alive] += torch.where(open_rows, logprobs.double(), 0.0)
        self.step += 1
        stopped = torch.isin(tokens, self.stop) & open_rows
        self.ended[self.alive] |= stopped
        self.finished[self.alive] |= stopped | (self.budgets[self.alive] <= self.step)
        return self._shrink()

    def _draw(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        if self.steer is None:
            return self.draws.next(logits, self.alive, self.step)
        tokens, _ = self.draws.next(self.steer.weigh(logits), self.alive, self.step)
        return tokens, torch.log_softmax(logits, dim=1).gather(1, tokens[:, None])[:, 0]

    def forward(self) -> Tensor:
        """Reads the tokens just taken; returns the next logits, [rows in the batch, words]."""
        if self.steer:
            self.steer.took(self.current)
        mask = self.mask[:, : self.width + self.step]
        position_ids = (self.prompt_lengths + self.step - 1)[:, None]
        return last_logits(self.model, self.current[:, None], mask, position_ids, self.cache)

    def drawn(self) -> list[Drawn]:
        """What every row wrote."""
        tokens, lengths = self.tokens.tolist(), self.lengths.tolist()
        sums, ended = self.logprobs.tolist(), self.ended.tolist()
        return [Drawn(t[:n], s, e) for t, n, s, e in zip(tokens, lengths, sums, ended, strict=True)]

    def _shrink(self) -> bool:
        keep = (~self.finished[self.alive]).nonzero()[:, 0]
        gone = len(self.alive) - len(keep)
        if gone and len(keep) and gone * LEAVE_SHARE >= len(self.alive):
            self.alive, self.current = self.alive[keep], self.current[keep]
            self.mask, self.prompt_lengths = self.mask[keep], self.prompt_lengths[keep]
            self.cache.batch_select_indices(keep)
            if self.steer:
                self.steer.keep(keep)
        return len(keep) > 0


@dataclass(frozen=True, slots=True)
class Draws:
    """How each row picks its tokens: uniforms [rows, steps], temperatures and top-p [rows]."""

    uniforms: Tensor
    temperatures: Tensor
    top_p: Tensor
    some_sampled: bool
    some_greedy: bool
    some_nucleus: bool

    @classmethod
    def of(cls, rows: Sequence[Row], steps: int, device: torch.device) -> "Draws":
        sampled = [row.temperature > 0 for row in rows]
        uniforms = np.zeros((len(rows), steps))
        for index, row in enumerate(rows):
            if sampled[index]:
                uniforms[index, : row.max_tokens] = row_uniforms(row.seed, row.max_tokens)
        return cls(
            torch.from_numpy(uniforms).to(device, torch.float32),
            torch.tensor([row.temperature for row in rows], device=device),
            torch.tensor([row.top_p for row in rows], device=device),
            some_sampled=any(sampled),
            some_greedy=not all(sampled),
            some_nucleus=any(row.top_p < 1 for row in rows),
        )

    def next(self, logits: Tensor, alive: Tensor, step: int) -> tuple[Tensor, Tensor]:
        """One token for each row of float32 logits [rows, words], and its log-probability at temperature 1."""
        shifted = logits - logits.amax(dim=1, keepdim=True)
        normaliser = shifted.exp().sum(dim=1).log()
        tokens = self._tokens(shifted, alive, step)
        return tokens, shifted.gather(1, tokens[:, None])[:, 0] - normaliser

    def _tokens(self, shifted: Tensor, alive: Tensor, step: int) -> Tensor:
        if not self.some_sampled:
            return shifted.argmax(dim=1)
        temperature = self.temperatures[alive]
        weights = (shifted / temperature.where(temperature > 0, 1.0)[:, None]).exp_()
        if self.some_nucleus:
            weights = nucleus(weights, self.top_p[alive])
        drawn = inverse_cdf(weights, self.uniforms[alive, step])
        if not self.some_greedy:
            return drawn
        return drawn.where(temperature > 0, shifted.argmax(dim=1))


def row_uniforms(seed: int, count: int) -> np.ndarray:
    """The uniforms in [0, 1) of one row, by its seed alone."""
    return np.random.Generator(np.random.Philox(seed)).random(count)


def inverse_cdf(weights: Tensor, uniforms: Tensor) -> Tensor:
    """The index in each row at which the running sum of weights [rows, words] passes uniform × total.

    Sums blocks of words first and searches one block, because a running sum over the vocabulary is slow and loses
    small probabilities to rounding. An index of weight 0 is never returned.
    """
    rows, words = weights.shape
    blocks = torch.nn.functional.pad(weights, (0, -words % BLOCK)).view(rows, -1, BLOCK)
    sums = blocks.sum(dim=2, dtype=torch.float64)
    block, left = _passes(sums, uniforms.double() * sums.sum(dim=1))
    inside = blocks[torch.arange(rows, device=weights.device), block].double()
    word, _ = _passes(inside, left)
    return block * BLOCK + word


def _passes(weights: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """The index at which each row's running sum exceeds its target, and what is left of the target there."""
    sums = weights.cumsum(dim=1)
    index = torch.searchsorted(sums, targets[:, None], right=True)
    last = weights.shape[1] - 1 - (weights.flip(1) > 0).int().argmax(dim=1, keepdim=True)
    index = torch.minimum(index, last)
    left = targets[:, None] - (sums - weights).gather(1, index)
    return index[:, 0], left[:, 0].clamp(min=0)


def nucleus(weights: Tensor, top_p: Tensor) -> Tensor:
    """The weights [rows, words] with all but the most likely words that together reach top_p set to 0.

    The most likely word always stays (arXiv 1904.09751).
    """
    ordered, index = weights.sort(dim=1, descending=True, stable=True)
    before = ordered.cumsum(dim=1) - ordered
    beyond = before >= top_p[:, None] * ordered.sum(dim=1, keepdim=True)
    beyond[:, 0] = False
    kept = ordered.masked_fill(beyond, 0.0)
    return torch.zeros_like(weights).scatter(1, index, kept)


def left_padded(prompts: Sequence[Sequence[int]], pad_id: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Ids and mask, both [prompts, longest], every prompt at the right edge."""
    longest = max(map(len, prompts))
    ids = [[pad_id] * (longest - len(prompt)) + list(prompt) for prompt in prompts]
    mask = [[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts]
    return torch.tensor(ids, device=device), torch.tensor(mask, device=device)


def positions(mask: Tensor) -> Tensor:
    """Position ids of left-padded rows: 0 at the first token that is not padding."""
    return (mask.cumsum(dim=1) - 1).clamp(min=0)


def last_logits(
    model: PreTrainedModel, ids: Tensor, mask: Tensor, position_ids: Tensor, cache: DynamicCache
) -> Tensor:
    """The logits after the last position of each row, [rows, words]; the cache grows."""
    output = model(
        input_ids=ids,
        attention_mask=mask,
        position_ids=position_ids,
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=1,
    )
    return output.logits[:, -1]
