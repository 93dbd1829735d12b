"""Reads a Hugging Face directory of a causal language model, without torch and without running any of it."""

import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.alignment.errors import ModelError

SINGLE, INDEX = "model.safetensors", "model.safetensors.index.json"
TOKENIZERS = (
    ("tokenizer.json",),
    ("tokenizer.model",),
    ("spiece.model",),
    ("vocab.json", "merges.txt"),
    ("vocab.txt",),
)
OTHERS = (
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
    "tokenizer.model",
    "spiece.model",
    "chat_template.jinja",
    "chat_template.json",
)
PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
CAUSAL = ("ForCausalLM", "LMHeadModel")
CONTEXT_FIELDS = ("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len")
LARGEST_HEADER = 100 * 2**20
LARGEST_TEXT = 200 * 2**20


@dataclass(frozen=True)
class ModelFacts:
    """What a model directory says about itself, and the files that make it."""

    files: dict[str, Path]
    architecture: str
    parameters: int
    context_tokens: int | None
    chat_template: bool
    size_bytes: int


def inspect(directory: Path) -> ModelFacts:
    """The facts of a model directory. Raises ModelError in one sentence when it cannot be used."""
    if not directory.is_dir():
        raise ModelError(
            f"{directory} is not a directory: name the folder that holds the model's config.json.",
            field="path",
        )
    folder = Folder(directory.resolve())
    config = folder.json("config.json")
    _refuse_code(folder, config)
    architecture = _architecture(directory, config)
    weights = _weights(folder)
    _check_tokenizer(folder)
    files = {name: folder.file(name) for name in OTHERS if folder.has(name)} | weights
    return ModelFacts(
        files=files,
        architecture=architecture,
        parameters=sum(count_parameters(path) for name, path in weights.items() if name != INDEX),
        context_tokens=_context(config),
        chat_template=_has_template(folder),
        size_bytes=sum(path.stat().st_size for path in files.values()),
    )


@dataclass(frozen=True)
class Folder:
    """A directory from outside; its links lead nowhere but into it, or into the hub's cache around it."""

    path: Path

    def has(self, name: str) -> bool:
        return (self.path / name).is_file()

    def file(self, name: str) -> Path:
        """The real path of a file. Raises ModelError when a link leads out of the directory."""
        real = (self.path / name).resolve()
        roots = [self.path]
        if self.path.parent.name == "snapshots":
            roots.append(self.path.parent.parent / "blobs")
        if not any(real.is_relative_to(root) for root in roots):
            raise ModelError(
                f"{self.path / name} is a link that leads out of the directory: copy the file there.",
                field="path",
            )
        return real

    def json(self, name: str) -> dict[str, Any]:
        """A JSON object of the directory. Raises ModelError when it is missing or is none."""
        if not self.has(name):
            raise ModelError(
                f"{self.path} has no {name}: it is not a Hugging Face model directory.", field="path"
            )
        path = self.file(name)
        try:
            if path.stat().st_size > LARGEST_TEXT:
                raise ValueError("it is too large")
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise ModelError(
                f"{self.path / name} cannot be read as JSON ({error}): download the model again.",
                field="path",
            ) from None
        if not isinstance(found, dict):
            raise ModelError(
                f"{self.path / name} holds no JSON object: download the model again.", field="path"
            )
        return found


def _refuse_code(folder: Folder, config: dict[str, Any]) -> None:
    tokenizer = folder.json("tokenizer_config.json") if folder.has("tokenizer_config.json") else {}
    for name, found in (("config.json", config), ("tokenizer_config.json", tokenizer)):
        if found.get("auto_map"):
            raise ModelError(
                f"{folder.path / name} asks for code of the model's own (auto_map), which is never run: "
                "choose a model whose architecture is part of transformers.",
                field="path",
            )


def _architecture(directory: Path, config: dict[str, Any]) -> str:
    named = config.get("architectures")
    names = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
    for name in names:
        if name.endswith(CAUSAL):
            return name[:120]
    said = f"says {', '.join(names)}" if names else "names no architecture"
    raise ModelError(
        f"{directory / 'config.json'} {said[:200]}; "
        "what is needed is a causal language model (…ForCausalLM or …LMHeadModel).",
        field="path",
    )


def _weights(folder: Folder) -> dict[str, Path]:
    """The safetensors files that transformers would load, with their index where they are several."""
    if folder.has(SINGLE):
        return {SINGLE: folder.file(SINGLE)}
    if not folder.has(INDEX):
        raise ModelError(_no_weights(folder.path), field="path")
    mapped = folder.json(INDEX).get("weight_map")
    shards = sorted({str(name) for name in mapped.values()}) if isinstance(mapped, dict) else []
    for name in shards:
        if Path(name).name != name or not name.endswith(".safetensors") or not folder.has(name):
            raise ModelError(
                f"{folder.path / INDEX} names {name!r}, which is not there: download the model again.",
                field="path",
            )
    if not shards:
        raise ModelError(f"{folder.path / INDEX} names no weights: download the model again.", field="path")
    return {INDEX: folder.file(INDEX)} | {name: folder.file(name) for name in shards}


def _no_weights(path: Path) -> str:
    if (path / "adapter_config.json").is_file():
        return f"{path} holds an adapter, not a whole model: merge it into its base model and save that."
    pickles = sorted(found.name for pattern in PICKLES for found in path.glob(pattern))
    if pickles:
        return (
            f"{path} holds its weights as a pickle ({pickles[0]}), which is never opened: "
            "where you trust it, convert it with AutoModelForCausalLM.from_pretrained(…).save_pretrained(…)."
        )
    return f"{path} has no {SINGLE}: download the model's weights as safetensors."


def count_parameters(path: Path) -> int:
    """Numbers in a safetensors file, from its header alone. Raises ModelError when the file is damaged."""
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > min(LARGEST_HEADER, size):
                raise ValueError
            header = json.loads(file.read(length))
        tensors = [entry for name, entry in header.items() if name != "__metadata__"]
        if not tensors or 8 + length + max(entry["data_offsets"][1] for entry in tensors) != size:
            raise ValueError
        return sum(math.prod(entry["shape"]) for entry in tensors)
    except (struct.error, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        raise ModelError(
            f"{path} is not a whole safetensors file: download it again.", field="path"
        ) from None


def _check_tokenizer(folder: Folder) -> None:
    if not any(all(folder.has(name) for name in names) for names in TOKENIZERS):
        raise ModelError(
            f"{folder.path} has no tokenizer: it needs a tokenizer.json or tokenizer.model.",
            field="path",
        )


def _context(config: dict[str, Any]) -> int | None:
    for field in CONTEXT_FIELDS:
        value = config.get(field)
        if isinstance(value, int) and 0 < value < 2**31:
            return value
    return None


def _has_template(folder: Folder) -> bool:
    if folder.has("chat_template.jinja") or folder.has("chat_template.json"):
        return True
    return folder.has("tokenizer_config.json") and bool(
        folder.json("tokenizer_config.json").get("chat_template")
    )
