"""Adapters on disk: safetensors and JSON, named by the hash of their contents, there whole or not at all."""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from peft import PeftModel, get_peft_model_state_dict
from safetensors.torch import save_file
from torch import Tensor

from experiments.alignment.errors import ModelError
from experiments.alignment.types import Checkpoint
from tasks.policies.head import NOTE
from tasks.policies.loading import ADAPTER_WEIGHTS


def save_adapter(
    model: PeftModel,
    directory: Path,
    init: Checkpoint,
    note: dict[str, Any],
    beside: Mapping[str, dict[str, Tensor]] = MappingProxyType({}),
) -> Checkpoint:
    """Write the trained adapter below `directory`; the same weights, note and parent give the same hash and path.

    `note` says how it was made and is kept beside the weights; `beside` are further safetensors files by name, such
    as a head. Nothing in the files names a local path.
    """

    def write(finished: Path) -> None:
        _write(model, finished)
        for name, tensors in beside.items():
            write_tensors(tensors, finished / name)

    return stored(write, directory, init, note)


def stored(
    write: Callable[[Path], None], directory: Path, init: Checkpoint, note: dict[str, Any]
) -> Checkpoint:
    """What `write` puts into an empty directory, with the note beside it, below `directory` and named by its hash."""
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory, prefix=".adapter-") as scratch:
        finished = Path(scratch) / "adapter"
        finished.mkdir()
        write(finished)
        text = json.dumps({"parent": init.sha256, **note}, indent=2, sort_keys=True)
        (finished / NOTE).write_text(text + "\n")
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


def learner_kind(checkpoint: Checkpoint) -> str:
    """The kind of learner that made a checkpoint's last directory, "" for a base model and for what has no note.

    Raises ModelError for a damaged note.
    """
    last = next(iter(checkpoint.adapters[-1:]), None)
    if last is None or not (last / NOTE).is_file():
        return ""
    try:
        return str(json.loads((last / NOTE).read_text())["learner"]["kind"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"The note {NOTE} of {last.name} is damaged; train the checkpoint again.") from error


def _write(model: PeftModel, directory: Path) -> None:
    config = model.peft_config["default"]
    config.base_model_name_or_path = None
    config.inference_mode = True
    config.target_modules = sorted(config.target_modules)
    config.save_pretrained(directory)
    write_tensors(get_peft_model_state_dict(model), directory / ADAPTER_WEIGHTS)


def write_tensors(tensors: dict[str, Tensor], path: Path) -> None:
    """Tensors by name as one safetensors file."""
    plain = {name: tensors[name].detach().cpu().contiguous() for name in sorted(tensors)}
    save_file(plain, path, metadata={"format": "pt"})


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
