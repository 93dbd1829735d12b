"""Choosing among a closed list of options by the logits of their first tokens: one forward pass a prompt.

Reading the first token alone needs no correction for the options' lengths (the bias that arXiv 2401.14151 normalises
away), at the price that options must begin differently.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from transformers import PreTrainedModel

from experiments.alignment.errors import ConfigError
from tasks.policies.chat import ChatFormat
from tasks.policies.sampling import left_padded, positions


def first_tokens(chat: ChatFormat, options: Sequence[str]) -> tuple[int, ...]:
    """The first token of each option. Raises ConfigError where two begin alike or one is empty."""
    ids = [chat.text_ids(option)[:1] for option in options]
    if not options or not all(ids) or len({token for (token,) in ids}) < len(ids):
        raise ConfigError(
            f"The options {', '.join(map(repr, options))} do not all begin with a different token of this model; "
            "reword them."
        )
    return tuple(token for (token,) in ids)


def option_logits(
    model: PreTrainedModel, ids: Tensor, mask: Tensor, firsts: Sequence[Sequence[int]]
) -> Tensor:
    """Logits of the options' first tokens after each prompt, [rows, most options], −inf beyond a row's own.

    ids, mask [rows, positions], left-padded. Differentiable.
    """
    last = (
        model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=positions(mask),
            use_cache=False,
            logits_to_keep=1,
        )
        .logits[:, -1]
        .float()
    )
    most = max(map(len, firsts))
    tokens = torch.tensor([[*row, *[0] * (most - len(row))] for row in firsts], device=ids.device)
    own = torch.tensor([[i < len(row) for i in range(most)] for row in firsts], device=ids.device)
    return last.gather(1, tokens).masked_fill(~own, float("-inf"))


@torch.inference_mode()
def next_logprobs(
    model: PreTrainedModel, prompts: Sequence[Sequence[int]], firsts: Sequence[Sequence[int]], pad_id: int
) -> list[tuple[float, ...]]:
    """Log-probabilities over each prompt's options, as one batch."""
    ids, mask = left_padded([list(prompt) for prompt in prompts], pad_id, model.device)
    logprobs = torch.log_softmax(option_logits(model, ids, mask, firsts).double(), dim=1)
    return [tuple(row[: len(own)]) for row, own in zip(logprobs.tolist(), firsts, strict=True)]
