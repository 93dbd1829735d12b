"""Decoding that a reward model steers word by word (RAD, arXiv 2310.09520).

The reward model reads along with a cache of its own, so that a word costs it one look at the words that may come next.

Departure: the reward of an answer so far is what the model would give if the answer ended there, read at the end token
as in training; the paper trains its reward model on every beginning of a text and reads it at the word itself.
"""

from typing import Any, cast

import torch
from torch import Tensor
from transformers import DynamicCache, PreTrainedModel

from experiments.alignment.errors import ConfigError
from experiments.alignment.ports import Policy
from tasks.policies.cache import branched, growing_cache
from tasks.policies.loading import LoadedModel
from tasks.policies.reward_policy import RewardPolicy
from tasks.policies.sampling import positions


def guide_of(guide: Policy, writer: LoadedModel) -> RewardPolicy:
    """The guide on weights of its own, so that writer and guide can be read in turn.

    Raises ConfigError for one that is no local reward model or reads other tokens than the writer.
    """
    loaded = getattr(guide, "loaded", None)
    if "reward" not in guide.capabilities or not isinstance(loaded, LoadedModel):
        raise ConfigError(f"{guide.name} cannot steer a model; take a reward model that a run trained here.")
    if loaded.chat.tokenizer.get_vocab() != writer.chat.tokenizer.get_vocab():
        raise ConfigError(
            f"{guide.name} reads other tokens than {writer.directory.name}; take a reward model of the same base model."
        )
    own = writer.twin if loaded is writer else loaded
    return RewardPolicy(guide.name, own, cast(RewardPolicy, guide).adapters)


class RewardSteer:
    """Raises the logits of the `top_k` likeliest words by `weight` times their rewards. One batch at a time."""

    def __init__(self, guide: RewardPolicy, stop_ids: frozenset[int], top_k: int, weight: float) -> None:
        """`stop_ids` are the tokens that end an answer."""
        self.guide, self.top_k, self.weight = guide, top_k, weight
        self.model: PreTrainedModel = guide.loaded.switch(guide.adapters)
        self.end_id = guide.loaded.chat.end_id
        self.stop = torch.tensor(sorted(stop_ids), device=self.model.device)

    def begin(self, ids: Tensor, mask: Tensor, index: Tensor, steps: int) -> None:
        """Reads every different prompt once."""
        self.cache: DynamicCache = growing_cache(self.model.config, steps)
        self._read(ids, mask, positions(mask), self.cache)
        self.cache.batch_select_indices(index)
        self.mask, self.lengths = mask[index], mask.sum(dim=1)[index]

    def weigh(self, logits: Tensor) -> Tensor:
        """Logits plus weighted rewards where a word is among the likeliest, −inf elsewhere."""
        top = logits.topk(min(self.top_k, logits.shape[1]), dim=1)
        weighed = top.values + self.weight * self.rewards(top.indices)
        return torch.full_like(logits, float("-inf")).scatter(1, top.indices, weighed)

    def rewards(self, tokens: Tensor) -> Tensor:
        """The reward of each row's answer so far with each of these words, [rows, words], if it ended there."""
        rows, words = tokens.shape
        ids, last = self._ended(tokens.reshape(-1))
        mask = self._seen(ids.shape[1]).repeat_interleave(words, dim=0)
        lengths = self.lengths.repeat_interleave(words)
        places = lengths[:, None] + torch.arange(ids.shape[1], device=ids.device)
        hidden = self._read(ids, mask, places, branched(self.cache, words))
        read = hidden[torch.arange(len(ids), device=ids.device), last]
        return (read.float() * self.guide.head).sum(dim=1).view(rows, words)

    def took(self, tokens: Tensor) -> None:
        """Reads the words that the rows go on with."""
        mask = self._seen(1)
        self._read(tokens[:, None], mask, self.lengths[:, None], self.cache)
        self.mask, self.lengths = mask, self.lengths + 1

    def keep(self, rows: Tensor) -> None:
        """Rows that are finished leave."""
        self.cache.batch_select_indices(rows)
        self.mask, self.lengths = self.mask[rows], self.lengths[rows]

    def _ended(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Each word with the end token behind it, and the place at which its reward is read.

        A word that ends the answer is itself the end.
        """
        if self.end_id is None:
            return tokens[:, None], torch.zeros_like(tokens)
        ends = torch.isin(tokens, self.stop)
        first = tokens.masked_fill(ends, self.end_id)
        return torch.stack([first, torch.full_like(first, self.end_id)], dim=1), (~ends).long()

    def _seen(self, more: int) -> Tensor:
        """The mask with so many positions behind it."""
        return torch.cat([self.mask, self.mask.new_ones((len(self.mask), more))], dim=1)

    def _read(self, ids: Tensor, mask: Tensor, position_ids: Tensor, cache: DynamicCache) -> Tensor:
        output = cast(Any, self.model.base_model)(
            input_ids=ids,
            attention_mask=mask,
            position_ids=position_ids,
            past_key_values=cache,
            use_cache=True,
        )
        return output.last_hidden_state
