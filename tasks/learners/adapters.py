"""Adapters on disk: safetensors and JSON, named by the hash of their contents, there whole or not at all."""

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from peft import PeftModel, get_peft_model_state_dict
from safetensors.torch import save_file

from experiments.alignment.types import Checkpoint
from tasks.policies.loading import ADAPTER_WEIGHTS

NOTE = "plumbline.json"


def save_adapter(model: PeftModel, directory: Path, init: Checkpoint, note: dict[str, Any]) -> Checkpoint:
    """Write the trained adapter below `directory`; the same weights, note and parent give the same hash and path.

    `note` says how it was made and is kept beside the weights. Nothing in the files names a local path.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory, prefix=".adapter-") as scratch:
        finished = Path(scratch) / "adapter"
        finished.mkdir()
        _write(model, finished, {"parent": init.sha256, **note})
        sha256 = content_hash(finished)
        for path in (*finished.iterdir(), finished):
            _sync(path)
        target = directory / sha256
        if not target.exists():
            finished.rename(target)
            _sync(directory)
    return Checkpoint(sha256, init.model, (*init.adapters, target))


def content_hash(directory: Path) -> str:
    """SHA-256 over the names and contents of a directory's files, in order of name."""
    total = hashlib.sha256()
    for path in sorted(directory.iterdir()):
        total.update(f"{path.name}\x1f{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def _write(model: PeftModel, directory: Path, note: dict[str, Any]) -> None:
    config = model.peft_config["default"]
    config.base_model_name_or_path = None
    config.inference_mode = True
    config.target_modules = sorted(config.target_modules)
    config.save_pretrained(directory)
    tensors = {
        name: tensor.detach().cpu().contiguous() for name, tensor in get_peft_model_state_dict(model).items()
    }
    save_file(dict(sorted(tensors.items())), directory / ADAPTER_WEIGHTS, metadata={"format": "pt"})
    (directory / NOTE).write_text(json.dumps(note, indent=2, sort_keys=True) + "\n")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
