"""Model directories on disk, written without torch: whole ones and broken ones."""

import json
import struct
from pathlib import Path
from typing import Any

SHAPES = {"embed.weight": [8, 4], "head.weight": [4, 2]}
PARAMETERS = 8 * 4 + 4 * 2


def write_safetensors(path: Path, shapes: dict[str, list[int]]) -> None:
    """A safetensors file of zeros in float32."""
    header: dict[str, Any] = {}
    end = 0
    for name, shape in shapes.items():
        size = 4
        for length in shape:
            size *= length
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(end))


def write_model(directory: Path, weights: bool = True, **config: Any) -> Path:
    """A directory that looks like a small Llama; `config` changes its config.json."""
    directory.mkdir(parents=True, exist_ok=True)
    known = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "max_position_embeddings": 512}
    (directory / "config.json").write_text(json.dumps(known | config))
    (directory / "tokenizer.json").write_text("{}")
    (directory / "tokenizer_config.json").write_text(json.dumps({"chat_template": "{{ messages }}"}))
    if weights:
        write_safetensors(directory / "model.safetensors", SHAPES)
    return directory
