"""Features of prompts for a classifier: hidden states of one layer of a model, or counts of words.

Hidden states are read one prompt at a time, so that they never depend on the other prompts of a batch, and are
remembered within the process: every further head, seed and round on the same prompts needs no model at all.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from experiments.alignment.errors import DataError, ModelError
from experiments.alignment.ports import Check
from experiments.alignment.seeds import digest
from experiments.alignment.types import Message
from tasks.policies.loading import LoadedModel
from tasks.policies.memory import vectors_of
from tasks.policies.sampling import positions

Prompts = Sequence[tuple[Message, ...]]
WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")


class Features(Protocol):
    """Turns prompts into vectors."""

    def vectors(self, prompts: Prompts, check: Check) -> Tensor:
        """One row a prompt, [prompts, width], float32 on the CPU; `check` is called before each."""


class HiddenStates:
    """Mean over a prompt's tokens and the last token, of the hidden states after one layer, side by side."""

    def __init__(self, loaded: LoadedModel, adapters: Sequence[Path], depth: float) -> None:
        """`depth` is the layer as a share of all; `adapters` are merged before anything is read."""
        self.loaded, self.adapters = loaded, tuple(adapters)
        self.memory = vectors_of(loaded)
        self.layer = layer_at(loaded.model, depth)
        names = [path.name for path in self.adapters]
        self._place = digest([*names, self.layer, torch.get_num_threads()])

    def vectors(self, prompts: Prompts, check: Check) -> Tensor:
        """[prompts, twice the model's width]. Raises DataError for a prompt longer than the model's context."""
        return torch.stack([self._vector(prompt, check) for prompt in prompts])

    def _vector(self, prompt: tuple[Message, ...], check: Check) -> Tensor:
        check()
        key = digest([self._place, *(f"{m.role}\x1f{m.content}" for m in prompt)])
        return self.memory.get(key, lambda: self._read(self.loaded.chat.prompt_ids(prompt)))

    @torch.inference_mode()
    def _read(self, prompt_ids: list[int]) -> Tensor:
        check_fits(self.loaded, prompt_ids)
        model = self.loaded.switch(self.adapters)
        ids = torch.tensor([prompt_ids], device=model.device)
        return pooled(hidden_states(model, ids, torch.ones_like(ids), self.layer), torch.ones_like(ids))[
            0
        ].cpu()


class WordCounts:
    """Which words of a vocabulary stand in what the user said last: 1 or 0 each."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.places = {word: place for place, word in enumerate(vocabulary)}

    def vectors(self, prompts: Prompts, check: Check) -> Tensor:
        """[prompts, words of the vocabulary]."""
        check()
        rows = torch.zeros(len(prompts), len(self.places))
        for number, prompt in enumerate(prompts):
            for word in words_of(prompt):
                if word in self.places:
                    rows[number, self.places[word]] = 1.0
        return rows


def words_of(prompt: Sequence[Message]) -> list[str]:
    """The different words of the last message, in lower case and alphabetical order."""
    return sorted(set(WORD.findall(prompt[-1].content.casefold())))


def check_fits(loaded: LoadedModel, prompt_ids: Sequence[int]) -> None:
    """Raises DataError for a prompt longer than the model's context."""
    if loaded.context is not None and len(prompt_ids) > loaded.context:
        raise DataError(
            f"A prompt has {len(prompt_ids)} tokens, more than the {loaded.context} that {loaded.directory.name} "
            "takes. Shorten it."
        )


def layer_at(model: PreTrainedModel, depth: float) -> int:
    """The number of a layer, from 1, that lies at a share of the model's depth."""
    return max(1, round(depth * len(layers(model))))


def layers(model: nn.Module) -> nn.ModuleList:
    """The model's decoder layers: its one list of as many modules as its config names layers."""
    wanted = model.config.get_text_config().num_hidden_layers
    found = [m for m in model.modules() if isinstance(m, nn.ModuleList) and len(m) == wanted]
    if not found:
        raise ModelError(f"The layers of {type(model).__name__} were not found, so no features can be read.")
    return found[0]


class _Reached(Exception):
    """The wanted layer has been computed: the later ones are not needed."""


def hidden_states(model: nn.Module, ids: Tensor, mask: Tensor, layer: int) -> Tensor:
    """Hidden states after a layer (from 1), [rows, positions, width]; ids, mask [rows, positions], left-padded.

    Differentiable. Later layers are not computed.
    """
    states: list[Tensor] = []

    def stop(_: nn.Module, __: Any, output: Any) -> None:
        states.append(output[0] if isinstance(output, tuple) else output)
        raise _Reached

    hook = layers(model)[layer - 1].register_forward_hook(stop)
    try:
        model(input_ids=ids, attention_mask=mask, position_ids=positions(mask), use_cache=False)
    except _Reached:
        pass
    finally:
        hook.remove()
    return states[0]


def pooled(states: Tensor, mask: Tensor) -> Tensor:
    """Mean over the unmasked positions beside the last position, [rows, 2·width], float32."""
    states = states.float()
    mean = (states * mask[..., None]).sum(dim=1) / mask.sum(dim=1, keepdim=True)
    return torch.cat([mean, states[:, -1]], dim=1)
