"""Vectors of texts from a causal model's hidden states."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from experiments.alignment.seeds import digest
from tasks.policies.features import hidden_states, layer_at
from tasks.policies.loading import LoadedModel
from tasks.policies.memory import vectors_of

DEPTH = 0.5
"""The layer as a share of all: middle layers tell paraphrases from other texts, late ones turn to the next word."""


def vector_of(loaded: LoadedModel, adapters: Sequence[Path], text: str) -> Tensor:
    """[width], float32 on the CPU: the mean hidden state of a text's tokens, as many as the model's context takes.

    The first token is left out: attention gathers there, and its large state says nothing of the text. Read alone, so
    that it never depends on other texts, and remembered.
    """
    names = [path.name for path in adapters]
    key = digest(["embed", *names, torch.get_num_threads(), text])
    return vectors_of(loaded).get(key, lambda: _read(loaded, adapters, text))


@torch.inference_mode()
def _read(loaded: LoadedModel, adapters: Sequence[Path], text: str) -> Tensor:
    model = loaded.switch(adapters)
    ids = torch.tensor([loaded.chat.text_ids(text, first=True)[: loaded.context]], dtype=torch.long)
    if ids.shape[1] < 2:
        return torch.zeros(model.config.get_text_config().hidden_size)
    ids = ids.to(model.device)
    states = hidden_states(model, ids, torch.ones_like(ids), layer_at(model, DEPTH))
    return states[0, 1:].float().mean(dim=0).cpu()
