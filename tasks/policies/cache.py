"""A key-value cache that grows in place: the library's own copies everything at every step."""

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


def growing_cache(config: PreTrainedConfig, room: int) -> DynamicCache:
    """A cache for one batch. Layers with a sliding window keep the library's own implementation."""
    cache = DynamicCache(config=config)
    cache.layers = [GrowingLayer(room) if type(layer) is DynamicLayer else layer for layer in cache.layers]
    return cache


def _with_room(states: torch.Tensor, room: int) -> torch.Tensor:
    rows, heads, positions, width = states.shape
    return states.new_empty((rows, heads, positions + room, width))
