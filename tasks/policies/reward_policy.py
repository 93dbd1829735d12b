"""A reward model as a policy of the loop: a language model with a scalar head instead of answers."""

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor
from transformers import PreTrainedModel

from experiments.alignment.errors import ModelError
from experiments.alignment.ports import Check
from experiments.alignment.types import Ask, Capability, Completion, Message
from tasks.policies.batching import Limits, batches, cache_bytes
from tasks.policies.loading import LoadedModel
from tasks.policies.prompts import fitting_prompt
from tasks.policies.sampling import left_padded, positions

HEAD_WEIGHTS = "reward_head.safetensors"
HEAD = "head"
LIMITS = Limits(rows=64, bytes=1 << 29)


class RewardPolicy:
    """Gives every answer the scalar of the last checkpoint's head; it does nothing else.

    Batches follow from the asks and answers alone: the same ones on the same device, dtype and thread count give
    bit for bit the same rewards.
    """

    capabilities: frozenset[Capability] = frozenset({"reward"})

    def __init__(
        self, name: str, loaded: LoadedModel, adapters: Sequence[Path], limits: Limits = LIMITS
    ) -> None:
        """Raises ModelError where the last adapter has no head that fits the model."""
        self.name = name
        self.loaded = loaded
        self.adapters = tuple(adapters)
        self.limits = limits
        self.head = read_head(self.adapters[-1], head_width(loaded.model)).to(loaded.model.device)

    def reward(self, asks: Sequence[Ask], answers: Sequence[str], check: Check) -> list[float]:
        """The reward of each answer, read at its end token as in training; only differences mean something.

        Raises DataError for a prompt and answer that are longer than the model's context.
        """
        model, chat = self.loaded.switch(self.adapters), self.loaded.chat
        rows = []
        for number, (ask, text) in enumerate(zip(asks, answers, strict=True), start=1):
            answer = chat.answer_ids(text)
            rows.append([*fitting_prompt(self.loaded, number, ask, len(answer)), *answer])
        rewards = [0.0] * len(rows)
        for batch in batches([len(row) for row in rows], self._bytes(model), self.limits):
            check()
            values = self._rewards(model, [rows[index] for index in batch])
            for index, value in zip(batch, values, strict=True):
                rewards[index] = value
        return rewards

    def prompt_tokens(self, messages: Sequence[Message]) -> int:
        """How many tokens a prompt has."""
        return len(self.loaded.chat.prompt_ids(messages))

    def text_tokens(self, text: str) -> int:
        """How many tokens a text has."""
        return len(self.loaded.chat.text_ids(text))

    def generate(self, asks: Sequence[Ask], check: Check) -> list[Completion]:
        """Raises ModelError: a reward model writes nothing."""
        self._refuse("writes no answers")

    def score(self, prompt: Sequence[Ask], continuations: Sequence[str], check: Check) -> list[float]:
        """Raises ModelError: a reward model has no probabilities."""
        self._refuse("gives no log-probabilities")

    def choose(
        self, asks: Sequence[Ask], options: Sequence[tuple[str, ...]], check: Check
    ) -> list[tuple[float, ...]]:
        """Raises ModelError: a reward model has no probabilities."""
        self._refuse("gives no probabilities of options")

    @torch.inference_mode()
    def _rewards(self, model: PreTrainedModel, rows: Sequence[Sequence[int]]) -> list[float]:
        ids, mask = left_padded(rows, self.loaded.chat.pad_id, model.device)
        return answer_rewards(model, self.head, ids, mask).tolist()

    def _bytes(self, model: PreTrainedModel) -> int:
        return cache_bytes(model.config, model.dtype.itemsize)

    def _refuse(self, what: str) -> NoReturn:
        raise ModelError(f"{self.name} is a reward model and {what}; choose a language model for this role.")


def answer_rewards(model: PreTrainedModel, head: Tensor, ids: Tensor, mask: Tensor) -> Tensor:
    """head · h at each row's last token, [rows] in float32; differentiable.

    h is the final hidden state that the language-model head would read. ids, mask [rows, positions]: prompt and
    answer, left-padded; head [width].
    """
    hidden = model.base_model(
        input_ids=ids, attention_mask=mask, position_ids=positions(mask), use_cache=False
    ).last_hidden_state[:, -1]
    # A product of matrices would be rounded to bfloat16 under autocast, and margins are small differences.
    return (hidden.float() * head).sum(dim=1)


def head_width(model: PreTrainedModel) -> int:
    """Width of the final hidden state."""
    return model.get_output_embeddings().weight.shape[1]


def read_head(adapter: Path, width: int) -> Tensor:
    """The head [width] beside an adapter, in float32. Raises ModelError when it is missing, damaged or misshapen."""
    try:
        head = load_file(adapter / HEAD_WEIGHTS)[HEAD].float()
    except (OSError, KeyError, SafetensorError) as error:
        raise ModelError(
            f"The reward model {adapter.name} has no readable {HEAD_WEIGHTS}; train it again."
        ) from error
    if head.shape != (width,):
        raise ModelError(
            f"The head of the reward model {adapter.name} has the shape {list(head.shape)}; this model needs [{width}]."
        )
    return head
