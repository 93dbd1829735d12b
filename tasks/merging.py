"""One whole model from a base and its adapters, for `transformers` alone: `python -m tasks.merging` reads its request.

The request is JSON on standard input with model, adapters, dtype and to. Exit code 2 comes with a sentence on standard
output, where the checkpoint cannot be merged.

A checkpoint that answers becomes the base's own architecture. A reward model becomes a sequence classifier with one
label (`AutoModelForSequenceClassification`), whose logit is the reward: it reads the last token that is no padding, so
the padding token must not be the one that ends an answer; where it is, another control token pads.
"""

import copy
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import AutoModelForSequenceClassification, GenerationConfig, PreTrainedModel
from transformers.utils import logging

from experiments.alignment.errors import ModelError
from experiments.alignment.types import Checkpoint, Message
from tasks.learners.adapters import learner_kind
from tasks.policies.chat import ChatFormat
from tasks.policies.classifier_policy import weights_among
from tasks.policies.loading import LoadedModel
from tasks.policies.reward_policy import head_width, read_head
from tasks.workshop import DTYPES, POLICIES

REWARD = "reward-model"
GENERATION = "generation_config.json"
SHARD = "5GB"


def merge(model: Path, adapters: Sequence[Path], dtype: str, to: Path) -> None:
    """Writes the model with these adapters merged into it, in this order, to `to`, which must not exist.

    Weights are safetensors in the dtype; tokenizer, chat template and generation config are the base's own files.
    Raises ModelError for adapters that do not fit and for checkpoints that are no single model.
    """
    kind = learner_kind(Checkpoint("", model, tuple(adapters)))
    if kind in POLICIES and kind != REWARD:
        raise ModelError(f"A checkpoint made by {kind} is no model of its own; export it as adapter.")
    loaded = LoadedModel(model, "cpu", DTYPES[dtype])
    merged = loaded.switch(weights_among(adapters))
    to.mkdir(parents=True)
    if kind == REWARD:
        _save_scorer(loaded, merged, adapters[-1], to)
        return
    # Old models come with generation settings that transformers reads but refuses to write.
    merged.generation_config = GenerationConfig()
    merged.save_pretrained(to, max_shard_size=SHARD)
    (to / GENERATION).unlink(missing_ok=True)
    _copy_others(model, to)


def _copy_others(model: Path, to: Path) -> None:
    """Everything of the base but its weights and what was written already."""
    for path in model.iterdir():
        weights = path.name.endswith((".safetensors", ".safetensors.index.json"))
        if path.is_file() and not weights and not (to / path.name).exists():
            shutil.copyfile(path, to / path.name)


@torch.no_grad()
def _save_scorer(loaded: LoadedModel, merged: PreTrainedModel, adapter: Path, to: Path) -> None:
    head = read_head(adapter, head_width(merged))
    config = copy.deepcopy(merged.config)
    config.num_labels = 1
    config.pad_token_id = padding_id(loaded.chat)
    try:
        scorer = AutoModelForSequenceClassification.from_config(config, dtype=merged.dtype)
        scorer.base_model.load_state_dict(merged.base_model.state_dict())
        scorer.score.weight.copy_(head[None])
    except (ValueError, AttributeError, RuntimeError) as error:
        raise ModelError(
            f"{type(merged).__name__} has no form with a score; export the reward model as adapter."
        ) from error
    scorer.save_pretrained(to, max_shard_size=SHARD)
    tokenizer = copy.deepcopy(loaded.chat.tokenizer)
    tokenizer.pad_token = tokenizer.convert_ids_to_tokens(config.pad_token_id)
    tokenizer.save_pretrained(to)


def padding_id(chat: ChatFormat) -> int:
    """A control token that neither ends an answer nor stands in a prompt. Raises ModelError where there is none."""
    messages = [Message("user", "?"), Message("assistant", "!"), Message("user", "?")]
    written = {*chat.prompt_ids(messages), chat.end_id}
    known = [chat.pad_id, *sorted(chat.tokenizer.added_tokens_decoder)]
    for token in known:
        if token not in written:
            return int(token)
    raise ModelError("The tokenizer has no token left to pad with; export the reward model as adapter.")


def main() -> int:
    """Reads a request, and says in one sentence why a checkpoint cannot be merged."""
    logging.set_verbosity_error()
    request = json.load(sys.stdin)
    adapters = [Path(adapter) for adapter in request["adapters"]]
    try:
        merge(Path(request["model"]), adapters, request["dtype"], Path(request["to"]))
    except ModelError as error:
        sys.stdout.write(error.message)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
