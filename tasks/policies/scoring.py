"""Log-probabilities of given answers, summed over their tokens."""

from collections.abc import Sequence

import torch
from torch import Tensor
from transformers import PreTrainedModel

from tasks.policies.sampling import left_padded, positions


def answer_logprobs(model: PreTrainedModel, ids: Tensor, mask: Tensor, answer: Tensor) -> Tensor:
    """Log-probability of every answer token in nats, [rows, longest answer], 0 elsewhere; differentiable.

    ids, mask [rows, positions]: prompt and answer, left-padded. answer [rows, positions]: 1 at the answer's tokens,
    which are the last ones of each row. Logits are computed for the positions that need them alone.
    """
    longest = int(answer.sum(dim=1).max())
    logits = model(
        input_ids=ids,
        attention_mask=mask,
        position_ids=positions(mask),
        use_cache=False,
        logits_to_keep=longest + 1,
    ).logits[:, -longest - 1 : -1]
    targets, counted = ids[:, -longest:], answer[:, -longest:].bool()
    losses = torch.nn.functional.cross_entropy(logits[counted].float(), targets[counted], reduction="none")
    return torch.zeros(counted.shape, device=losses.device).masked_scatter(counted, -losses)


@torch.inference_mode()
def sum_logprobs(
    model: PreTrainedModel, pairs: Sequence[tuple[Sequence[int], Sequence[int]]], pad_id: int
) -> list[float]:
    """The sum for each (prompt ids, answer ids), as one batch; answers must not be empty."""
    ids, mask = left_padded([[*prompt, *answer] for prompt, answer in pairs], pad_id, model.device)
    lengths = torch.tensor([len(answer) for _, answer in pairs], device=model.device)
    answer = torch.arange(ids.shape[1], device=model.device) >= ids.shape[1] - lengths[:, None]
    return answer_logprobs(model, ids, mask, answer).double().sum(dim=1).tolist()
