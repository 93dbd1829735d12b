"""The linear head of a classifier: what it chooses among, which features it reads, and its files.

A classifier's directory holds safetensors and JSON, and the files of an adapter where one was trained with it.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from experiments.alignment.errors import ModelError

NOTE = "plumbline.json"
"""How a checkpoint directory was made; a classifier's settings stand in it under SETTINGS."""
SETTINGS = "classifier"
WEIGHTS = "classifier.safetensors"
SHAPES = {"weight": 2, "bias": 1, "mean": 1, "scale": 1}


@dataclass(frozen=True, slots=True)
class Head:
    """Logits are ((x − mean) / scale)·weightᵀ + bias for features x [rows, width].

    weight [options, width], bias [options], mean and scale [width]; float32. `depth` is the layer that the features
    are read from as a share of all; `vocabulary` are the words counted, where the features are words.
    """

    options: tuple[str, ...]
    reads: Literal["model", "words"]
    weight: Tensor
    bias: Tensor
    mean: Tensor
    scale: Tensor
    depth: float = 0.0
    vocabulary: tuple[str, ...] = ()

    def logprobs(self, features: Tensor) -> Tensor:
        """Log-probabilities [rows, options] of features [rows, width], in double precision."""
        scaled = (features.cpu().double() - self.mean.double()) / self.scale.double()
        return torch.log_softmax(scaled @ self.weight.double().T + self.bias.double(), dim=1)

    @property
    def tensors(self) -> dict[str, Tensor]:
        """What goes into the file WEIGHTS."""
        return {name: getattr(self, name) for name in SHAPES}

    @property
    def settings(self) -> dict[str, Any]:
        """What goes into the note, under SETTINGS."""
        return {
            "options": list(self.options),
            "reads": self.reads,
            "depth": self.depth,
            "vocabulary": list(self.vocabulary),
        }


def load_head(directory: Path) -> Head:
    """The head of a classifier's directory. Raises ModelError where a file is missing or damaged."""
    try:
        note = json.loads((directory / NOTE).read_text())
        return _head(note[SETTINGS], load_file(directory / WEIGHTS))
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise ModelError(f"The classifier {directory.name} is damaged; train it again.") from error


def _head(settings: dict[str, Any], tensors: dict[str, Tensor]) -> Head:
    options, reads = tuple(map(str, settings["options"])), settings["reads"]
    width = tensors["mean"].shape
    if reads not in ("model", "words") or tensors["weight"].shape != (len(options), *width):
        raise ValueError("the files do not fit together")
    if any(tensors[name].dim() != dimensions for name, dimensions in SHAPES.items()):
        raise ValueError("a tensor has another shape")
    parts = {name: tensors[name] for name in SHAPES}
    return Head(
        options, reads, **parts, depth=float(settings["depth"]), vocabulary=tuple(settings["vocabulary"])
    )
