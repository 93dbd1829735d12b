"""A model directory in memory, once, and the adapters merged into its weights at the moment.

Only safetensors and JSON are read, only from local directories, and code that a directory brings along is never run.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from peft import PeftModel
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase
from transformers.utils import logging

from experiments.alignment.errors import ModelError
from tasks.policies.chat import ChatFormat

logging.disable_progress_bar()

ADAPTER_WEIGHTS = "adapter_model.safetensors"
ADAPTER_CONFIG = "adapter_config.json"
KEY_PREFIX, KEY_SUFFIX = "base_model.model.", ".lora_A.weight"


class LoadedModel:
    """One base model with its tokenizer. Adapters are merged in and taken out again by restoring saved weights."""

    def __init__(self, directory: Path, device: str, dtype: torch.dtype) -> None:
        """Raises ModelError when the directory is not a causal language model in safetensors."""
        self.directory = directory
        self.model, tokenizer = load_base(directory, device, dtype)
        self.chat = ChatFormat(tokenizer, generation_end_ids(self.model))
        self.adapters: tuple[Path, ...] = ()
        self._saved: dict[str, Tensor] = {}
        self._twin: LoadedModel | None = None

    @property
    def twin(self) -> "LoadedModel":
        """The same base once more, for two checkpoints that must be read in turn at every word.

        It is loaded when it is first needed and stays as long as this one.
        """
        if self._twin is None:
            self._twin = LoadedModel(self.directory, str(self.model.device), self.model.dtype)
        return self._twin

    @property
    def context(self) -> int | None:
        """The most tokens a prompt and its answer may have together, None where the model states no bound."""
        config = self.model.config.get_text_config()
        return getattr(config, "max_position_embeddings", None)

    def switch(self, adapters: Sequence[Path]) -> PreTrainedModel:
        """The model with exactly these adapters merged, in this order; the base weights are restored first.

        Nothing is subtracted: in bfloat16 that would leave rounding behind. Raises ModelError for a directory that
        is no adapter of this model; the base weights are then in place.
        """
        wanted = tuple(adapters)
        if wanted == self.adapters:
            return self.model
        self.restore()
        try:
            for adapter in wanted:
                self._merge(adapter)
        except ModelError:
            self.restore()
            raise
        self.adapters = wanted
        return self.model

    @torch.no_grad()
    def restore(self) -> None:
        """Put the saved base weights back, bit for bit."""
        for name, weight in self._saved.items():
            self.model.get_parameter(name).copy_(weight)
        self.adapters = ()

    def _merge(self, adapter: Path) -> None:
        self._save(adapted_weights(adapter))
        try:
            wrapped = PeftModel.from_pretrained(self.model, str(adapter), local_files_only=True)
            wrapped.merge_and_unload()
        except (ValueError, RuntimeError, KeyError, TypeError) as error:
            raise ModelError(
                f"The adapter {adapter.name} does not fit the model {self.directory.name}."
            ) from error
        forget_adapters(self.model)

    def _save(self, names: Sequence[str]) -> None:
        own = dict(self.model.named_parameters())
        foreign = [name for name in names if name not in own]
        if foreign:
            raise ModelError(f"An adapter changes {foreign[0]}, which {self.directory.name} does not have.")
        for name in names:
            if name not in self._saved:
                self._saved[name] = own[name].detach().to("cpu", copy=True)


def load_base(
    directory: Path, device: str, dtype: torch.dtype
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Model (evaluation mode) and tokenizer of a directory; raises ModelError for anything else."""
    check_directory(directory)
    try:
        tokenizer = AutoTokenizer.from_pretrained(directory, local_files_only=True, trust_remote_code=False)
        model, report = AutoModelForCausalLM.from_pretrained(
            directory,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=dtype,
            output_loading_info=True,
        )
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, SafetensorError) as error:
        reason = str(error).strip().split("\n")[0][:200]
        raise ModelError(f"The model in {directory.name} cannot be loaded: {reason}") from error
    missing = sorted(report["missing_keys"])
    if missing:
        raise ModelError(
            f"The model in {directory.name} lacks weights ({missing[0]}); its files are incomplete."
        )
    model.get_output_embeddings().register_forward_pre_hook(_contiguous_input)
    _without_dropout(model)
    return model.to(device).eval(), tokenizer


def check_directory(directory: Path) -> None:
    """Raises ModelError unless the directory has a config and safetensors weights."""
    if not (directory / "config.json").is_file():
        raise ModelError(f"{directory.name} is not a model directory: it has no config.json.")
    if any(directory.glob("*.safetensors")):
        return
    if any(directory.glob("*.bin")) or any(directory.glob("*.pt*")):
        raise ModelError(
            f"{directory.name} holds its weights as pickle files, which are never opened; save them as safetensors."
        )
    raise ModelError(f"{directory.name} is not a model directory: it has no safetensors weights.")


def adapted_weights(adapter: Path) -> list[str]:
    """Names of the base weights that an adapter changes; raises ModelError when it is no LoRA in safetensors."""
    if not (adapter / ADAPTER_CONFIG).is_file() or not (adapter / ADAPTER_WEIGHTS).is_file():
        raise ModelError(
            f"{adapter.name} is not an adapter: it needs {ADAPTER_CONFIG} and {ADAPTER_WEIGHTS}."
        )
    try:
        with safe_open(adapter / ADAPTER_WEIGHTS, framework="pt") as tensors:
            keys = [key for key in tensors.keys() if key.endswith(KEY_SUFFIX)]  # noqa: SIM118 - not a mapping
    except SafetensorError as error:
        raise ModelError(f"The adapter {adapter.name} is damaged; train it again.") from error
    return [key.removeprefix(KEY_PREFIX).removesuffix(KEY_SUFFIX) + ".weight" for key in keys]


def generation_end_ids(model: PreTrainedModel) -> list[int]:
    """The end tokens that the generation config names: none, one or several."""
    ids = model.generation_config.eos_token_id
    if ids is None:
        return []
    return list(ids) if isinstance(ids, list | tuple) else [ids]


def forget_adapters(model: PreTrainedModel) -> None:
    """Remove what PEFT leaves on a base model after its layers are taken out again."""
    for name in ("peft_config", "_hf_peft_config_loaded"):
        model.__dict__.pop(name, None)


def default_dtype(device: str) -> torch.dtype:
    """bfloat16 where the processor computes with it, else float32."""
    if device.startswith("cuda"):
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    fast = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.bfloat16 if device == "cpu" and fast else torch.float32


def _without_dropout(model: PreTrainedModel) -> None:
    # Training draws from the adapters' dropout alone: DPO's first step must equal its reference (arXiv 2305.18290).
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
        if isinstance(getattr(module, "attention_dropout", None), float):
            module.attention_dropout = 0.0


def _contiguous_input(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    # A slice of hidden states makes the product with a frozen head copy the whole head once a row.
    return (inputs[0].contiguous(), *inputs[1:])
