"""Fixed batches: which items go together follows from the items alone, so that the same asks give the same bits."""

from collections.abc import Sequence
from dataclasses import dataclass

from transformers import PreTrainedConfig


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest batch: rows, and bytes of keys and values or of logits."""

    rows: int = 256
    bytes: int = 2 << 30


def batches(sizes: Sequence[int], bytes_each: int, limits: Limits) -> list[list[int]]:
    """Indexes in batches of similar size, shortest first; `bytes_each` is what one unit of size takes.

    A batch is as wide as its largest item, and one item alone is always allowed.
    """
    result: list[list[int]] = []
    for index in sorted(range(len(sizes)), key=lambda i: sizes[i]):
        batch = result[-1] if result else []
        fits = len(batch) < limits.rows and (len(batch) + 1) * sizes[index] * bytes_each <= limits.bytes
        if batch and fits:
            batch.append(index)
        else:
            result.append([index])
    return result


def cache_bytes(config: PreTrainedConfig, element: int) -> int:
    """Bytes of keys and values of one token, for elements of `element` bytes."""
    text = config.get_text_config()
    heads = getattr(text, "num_key_value_heads", None) or text.num_attention_heads
    width = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
    return 2 * text.num_hidden_layers * heads * width * element
