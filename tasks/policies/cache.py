"""A key-value cache that grows in place: the library's own copies everything at every step."""

from copy import copy
from typing import Any

import torch
from transformers import DynamicCache, PreTrainedConfig
from transformers.cache_utils import DynamicLayer


class GrowingLayer(DynamicLayer):
    """Keys and values of one layer, [rows, heads, positions, width], as views of buffers with room to grow."""

    def __init__(self, room: int) -> None:
        """`room` is the number of positions that will be added after the first ones."""
        super().__init__()
        self.room = room

    def update(self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any):
        """Write the new positions behind the present ones; returns all keys and all values."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
            self._key_buffer = _with_room(key_states, self.room)
            self._value_buffer = _with_room(value_states, self.room)
        start = self.get_seq_length()
        stop = start + key_states.shape[-2]
        self._key_buffer[:, :, start:stop] = key_states
        self._value_buffer[:, :, start:stop] = value_states
        self._view(stop)
        return self.keys, self.values

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        """Keep or repeat rows; room for more positions stays."""
        if self.is_initialized:
            length = self.get_seq_length()
            self._key_buffer = self._key_buffer[indices]
            self._value_buffer = self._value_buffer[indices]
            self._view(length)

    def _view(self, length: int) -> None:
        self.keys = self._key_buffer[:, :, :length]
        self.values = self._value_buffer[:, :, :length]


class BranchLayer(DynamicLayer):
    """One layer as so many branches of every row read it: row i's are those from i · branches on.

    What the branches add is seen by themselves and forgotten. Keys and values of the rows are repeated for one layer
    at a time, so that the branches need no cache of their own.
    """

    def __init__(self, trunk: DynamicLayer, branches: int) -> None:
        super().__init__()
        self.trunk, self.branches = trunk, branches
        self.is_initialized = True

    def update(self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any):
        """All keys and all values, those of the branches last; the trunk stays what it is."""
        return self._behind(self.trunk.keys, key_states), self._behind(self.trunk.values, value_states)

    def get_seq_length(self) -> int:
        """The positions that all branches of a row share."""
        return self.trunk.get_seq_length()

    def _behind(self, shared: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
        return torch.cat([shared.repeat_interleave(self.branches, dim=0), own], dim=-2)


def branched(cache: DynamicCache, branches: int) -> DynamicCache:
    """The cache of a batch for one look at `branches` continuations of every row; the cache itself stays."""
    looking = copy(cache)
    looking.layers = [_branched(layer, branches) for layer in cache.layers]
    return looking


def _branched(layer: DynamicLayer, branches: int) -> DynamicLayer:
    """Layers of another kind, such as those with a sliding window, are copied."""
    if type(layer) is GrowingLayer:
        return BranchLayer(layer, branches)
    repeated = copy(layer)
    repeated.batch_repeat_interleave(branches)
    return repeated


def growing_cache(config: PreTrainedConfig, room: int) -> DynamicCache:
    """A cache for one batch. Layers with a sliding window keep the library's own implementation."""
    cache = DynamicCache(config=config)
    cache.layers = [GrowingLayer(room) if type(layer) is DynamicLayer else layer for layer in cache.layers]
    return cache


def _with_room(states: torch.Tensor, room: int) -> torch.Tensor:
    rows, heads, positions, width = states.shape
    return states.new_empty((rows, heads, positions + room, width))
