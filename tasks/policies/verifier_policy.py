"""A verifier as a policy of the loop: how likely an answer is right, as a whole or after each of its steps."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from transformers import PreTrainedModel

from experiments.alignment.errors import ModelError
from experiments.alignment.ports import Check
from experiments.alignment.solution_steps import solution_steps
from experiments.alignment.types import Ask, Capability, Message
from tasks.policies.batching import Limits, batches
from tasks.policies.chat import ChatFormat
from tasks.policies.head import NOTE
from tasks.policies.loading import LoadedModel
from tasks.policies.prompts import fitting_prompt
from tasks.policies.reward_policy import LIMITS, RewardPolicy
from tasks.policies.sampling import left_padded, positions

STEPWISE = "stepwise"
"""The entry of a checkpoint's note that says whether it was taught steps or whole answers."""


@dataclass(frozen=True, slots=True)
class Solution:
    """Prompt and answer as token ids, and the place of each step's last token."""

    ids: list[int]
    ends: list[int]


def solution_of(chat: ChatFormat, prompt: Sequence[Message], steps: Sequence[str]) -> Solution:
    """A solution's tokens, step by step, with the token that ends an answer at the end of the last one."""
    return _joined(chat, chat.prompt_ids(prompt), steps)


def _joined(chat: ChatFormat, prompt_ids: Sequence[int], steps: Sequence[str]) -> Solution:
    ids, ends = list(prompt_ids), []
    for number, step in enumerate(steps, start=1):
        ids += chat.answer_ids(step) if number == len(steps) else chat.text_ids(step)
        ends.append(len(ids) - 1)
    return Solution(ids, ends)


def step_logits(
    model: PreTrainedModel, head: Tensor, ids: Tensor, mask: Tensor, ends: Sequence[Sequence[int]]
) -> list[Tensor]:
    """head · h at the last token of each step, one tensor [steps] a row in float32; differentiable.

    h is the final hidden state that the language-model head would read. ids, mask [rows, positions]: prompt and answer,
    left-padded; head [width]; `ends` are counted from the right, −1 for the last position.
    """
    hidden = model.base_model(
        input_ids=ids, attention_mask=mask, position_ids=positions(mask), use_cache=False
    ).last_hidden_state
    # A product of matrices would be rounded to bfloat16 under autocast.
    return [(hidden[row, list(places)].float() * head).sum(dim=1) for row, places in enumerate(ends)]


class VerifierPolicy(RewardPolicy):
    """Says of every answer how likely it is right, 0 to 1; a verifier of steps says so after each of them.

    Batches follow from the asks and answers alone, as those of a reward model do.
    """

    capabilities: frozenset[Capability] = frozenset({"reward", "steps"})

    def __init__(
        self, name: str, loaded: LoadedModel, adapters: Sequence[Path], limits: Limits = LIMITS
    ) -> None:
        """Raises ModelError where the last adapter has no head that fits the model."""
        super().__init__(name, loaded, adapters, limits)
        self.stepwise = _is_stepwise(self.adapters[-1])

    def reward(self, asks: Sequence[Ask], answers: Sequence[str], check: Check) -> list[float]:
        """The least probability among the steps, which is that of the answer as a whole where it has one step."""
        return [min(found) for found in self.step_rewards(asks, answers, check)]

    def step_rewards(
        self, asks: Sequence[Ask], answers: Sequence[str], check: Check
    ) -> list[tuple[float, ...]]:
        """For each answer the probability of a right end, after each of its steps (see solution_steps).

        Raises DataError for a prompt and answer that are longer than the model's context.
        """
        model, chat = self.loaded.switch(self.adapters), self.loaded.chat
        solutions = [
            self._solution(number, ask, answer)
            for number, (ask, answer) in enumerate(zip(asks, answers, strict=True), start=1)
        ]
        found: list[tuple[float, ...]] = [()] * len(solutions)
        for batch in batches([len(one.ids) for one in solutions], self._bytes(model), self.limits):
            check()
            for index, steps in zip(
                batch, self._read(model, chat, [solutions[i] for i in batch]), strict=True
            ):
                found[index] = steps
        return found

    def _solution(self, number: int, ask: Ask, answer: str) -> Solution:
        chat, steps = self.loaded.chat, solution_steps(answer) if self.stepwise else (answer,)
        length = sum(len(chat.text_ids(step)) for step in steps) + 1
        return _joined(chat, fitting_prompt(self.loaded, number, ask, length), steps)

    @torch.inference_mode()
    def _read(
        self, model: PreTrainedModel, chat: ChatFormat, solutions: Sequence[Solution]
    ) -> list[tuple[float, ...]]:
        ids, mask = left_padded([one.ids for one in solutions], chat.pad_id, model.device)
        ends = [[end - len(one.ids) for end in one.ends] for one in solutions]
        logits = step_logits(model, self.head, ids, mask, ends)
        return [tuple(torch.sigmoid(row.double()).tolist()) for row in logits]


def _is_stepwise(adapter: Path) -> bool:
    """Raises ModelError for a damaged note."""
    try:
        return bool(json.loads((adapter / NOTE).read_text())[STEPWISE])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"The note {NOTE} of the verifier {adapter.name} is damaged; train it again."
        ) from error
