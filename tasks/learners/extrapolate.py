"""Weight extrapolation (ExPO, arXiv 2404.16792): θ = θ_after + α·(θ_after − θ_before), without any training.

A checkpoint is a base and a chain of adapters, whose changes of the weights add up. So the adapters that θ_after has
beyond θ_before are written as one, their changes multiplied by 1 + α: an ordinary adapter on θ_before, and exact. The
paper extrapolates whole models, from SFT to what came of it.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from experiments.alignment.errors import ConfigError, ModelError
from experiments.alignment.learners import Extrapolate
from experiments.alignment.types import Checkpoint, Trained
from tasks.learners.adapters import stored, write_tensors
from tasks.policies.loading import ADAPTER_CONFIG, ADAPTER_WEIGHTS

Layers = dict[str, Tensor]
DOWN, UP = ".lora_A.weight", ".lora_B.weight"
"""An adapter's two factors, [rank, in] and [out, rank]: it adds UP·DOWN·alpha/rank to a layer's weights."""


def extrapolate(spec: Extrapolate, after: Checkpoint, before: Checkpoint, directory: Path) -> Trained:
    """The extrapolated checkpoint, in `directory`; θ_after itself, with 0 steps, where nothing changed.

    Raises ConfigError where θ_after does not continue θ_before, ModelError for adapters that cannot be scaled.
    """
    shared = len(before.adapters)
    if after.model != before.model or after.adapters[:shared] != before.adapters:
        raise ConfigError("Only a checkpoint that goes on from an earlier one can be extrapolated from it.")
    adapters = after.adapters[shared:]
    if not adapters:
        return Trained(after, 0, {"alpha": spec.alpha})
    config = _config(adapters[-1])
    layers = _joined([_scaled(adapter, 1 + spec.alpha) for adapter in adapters])
    rank = sum(_config(adapter)["r"] for adapter in adapters)

    def write(finished: Path) -> None:
        text = json.dumps(config | {"r": rank, "lora_alpha": rank}, indent=2, sort_keys=True)
        (finished / ADAPTER_CONFIG).write_text(text)
        write_tensors(layers, finished / ADAPTER_WEIGHTS)

    note = {"learner": spec.model_dump(), "of": after.sha256}
    return Trained(stored(write, directory, before, note), 1, {"alpha": spec.alpha})


def _scaled(adapter: Path, factor: float) -> Layers:
    """An adapter's factors with alpha/rank and the factor in the second of them."""
    config = _config(adapter)
    scale = factor * config["lora_alpha"] / config["r"]
    try:
        layers = load_file(adapter / ADAPTER_WEIGHTS)
    except OSError as error:
        raise ModelError(f"{adapter.name} has no weights that could be extrapolated.") from error
    return {name: layer * scale if name.endswith(UP) else layer for name, layer in layers.items()}


def _joined(adapters: Sequence[Layers]) -> Layers:
    """One adapter that changes what all of them change together: their ranks side by side."""
    if any(layers.keys() != adapters[0].keys() for layers in adapters):
        raise ModelError("Adapters on different layers cannot be extrapolated together.")
    return {
        name: torch.cat([layers[name] for layers in adapters], dim=0 if name.endswith(DOWN) else 1)
        for name in adapters[0]
    }


def _config(adapter: Path) -> dict[str, int]:
    try:
        return dict(json.loads((adapter / ADAPTER_CONFIG).read_text()))
    except (OSError, ValueError) as error:
        raise ModelError(f"{adapter.name} is no adapter that could be extrapolated.") from error
