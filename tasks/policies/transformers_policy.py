"""A local Hugging Face causal language model as a policy of the loop."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import torch

from experiments.alignment.errors import ModelError
from experiments.alignment.ports import Check, Policy
from experiments.alignment.seeds import digest
from experiments.alignment.types import Ask, Capability, Completion, Message
from tasks.policies.batching import Limits, batches, cache_bytes
from tasks.policies.choosing import first_tokens, next_logprobs
from tasks.policies.embedding import vector_of
from tasks.policies.guided import RewardSteer, guide_of
from tasks.policies.loading import LoadedModel
from tasks.policies.memory import choices_of
from tasks.policies.prompts import fitting_prompt
from tasks.policies.sampling import Drawn, Row, Steer, decode
from tasks.policies.scoring import sum_logprobs

SCORE_LIMITS = Limits(rows=64, bytes=1 << 29)


class TransformersPolicy:
    """Samples from and scores with a base model and the adapters of one checkpoint, in order.

    Batches follow from the asks alone: the same asks on the same device, dtype and thread count answer bit for bit
    alike.
    """

    capabilities: frozenset[Capability] = frozenset({"generate", "score", "next_token", "guide", "embed"})

    def __init__(
        self, name: str, loaded: LoadedModel, adapters: Sequence[Path] = (), limits: Limits | None = None
    ) -> None:
        self.name = name
        self.loaded = loaded
        self.adapters = tuple(adapters)
        self.limits = limits or Limits()

    def generate(self, asks: Sequence[Ask], check: Check) -> list[Completion]:
        """One completion an ask. Raises DataError for a prompt too long for the model's context."""
        rows = [self._row(number, ask) for number, ask in enumerate(asks, start=1)]
        return self._decoded(rows, check)

    def generate_guided(
        self, asks: Sequence[Ask], guide: Policy, top_k: int, weight: float, check: Check
    ) -> list[Completion]:
        """One completion an ask, steered by a reward model (arXiv 2310.09520).

        Raises ConfigError for a guide that is no local reward model with the same tokens, DataError for a prompt that
        is too long for the model's context.
        """
        reader, stop_ids = guide_of(guide, self.loaded), self.loaded.chat.stop_ids
        rows = [self._row(number, ask, more=1) for number, ask in enumerate(asks, start=1)]
        return self._decoded(rows, check, lambda: RewardSteer(reader, stop_ids, top_k, weight), 2 + top_k)

    def _decoded(
        self,
        rows: Sequence[Row],
        check: Check,
        steer: Callable[[], Steer | None] = lambda: None,
        caches: int = 1,
    ) -> list[Completion]:
        """Batches are so small that as many caches fit as are needed at a time."""
        model, chat = self.loaded.switch(self.adapters), self.loaded.chat
        sizes = [len(row.prompt) + row.max_tokens for row in rows]
        drawn: list[Drawn | None] = [None] * len(rows)
        each = caches * cache_bytes(model.config, model.dtype.itemsize)
        for batch in batches(sizes, each, self.limits):
            answers = decode(model, [rows[i] for i in batch], chat.stop_ids, chat.pad_id, check, steer())
            for index, answer in zip(batch, answers, strict=True):
                drawn[index] = answer
        return [self._completion(answer) for answer in drawn if answer is not None]

    def score(self, prompt: Sequence[Ask], continuations: Sequence[str], check: Check) -> list[float]:
        """Sum of log-probabilities in nats of each continuation's tokens; the end token is not counted."""
        model, chat = self.loaded.switch(self.adapters), self.loaded.chat
        pairs = []
        for number, (ask, text) in enumerate(zip(prompt, continuations, strict=True), start=1):
            continuation = chat.text_ids(text)
            pairs.append((fitting_prompt(self.loaded, number, ask, len(continuation)), continuation))
        sums = [0.0] * len(pairs)
        scored = [index for index, (_, continuation) in enumerate(pairs) if continuation]
        sizes = [sum(map(len, pairs[index])) for index in scored]
        for batch in batches(sizes, model.config.get_text_config().vocab_size * 4, SCORE_LIMITS):
            check()
            members = [scored[i] for i in batch]
            for index, value in zip(
                members, sum_logprobs(model, [pairs[i] for i in members], chat.pad_id), strict=True
            ):
                sums[index] = value
        return sums

    def embed(self, texts: Sequence[str], check: Check) -> list[tuple[float, ...]]:
        """One vector a text, of the model's width, with whatever direction all texts share left in."""
        vectors = []
        for text in texts:
            check()
            vectors.append(tuple(vector_of(self.loaded, self.adapters, text).tolist()))
        return vectors

    def choose(
        self, asks: Sequence[Ask], options: Sequence[tuple[str, ...]], check: Check
    ) -> list[tuple[float, ...]]:
        """Log-probabilities over each ask's options, from the logits of their first tokens, normalised over them.

        Raises ConfigError for options whose first tokens do not differ, DataError for a prompt that is too long.
        """
        names = [path.name for path in self.adapters]
        key = digest([names, self.limits, torch.get_num_threads(), *zip(asks, options, strict=True)])
        return list(choices_of(self.loaded).get(key, lambda: self._choices(asks, options, check)))

    def _choices(
        self, asks: Sequence[Ask], options: Sequence[tuple[str, ...]], check: Check
    ) -> list[tuple[float, ...]]:
        model, chat = self.loaded.switch(self.adapters), self.loaded.chat
        prompts = [fitting_prompt(self.loaded, number, ask, 1) for number, ask in enumerate(asks, start=1)]
        firsts = [first_tokens(chat, some) for some in options]
        chosen: list[tuple[float, ...]] = [()] * len(prompts)
        sizes = [len(prompt) for prompt in prompts]
        for batch in batches(sizes, cache_bytes(model.config, model.dtype.itemsize), self.limits):
            check()
            logprobs = next_logprobs(
                model, [prompts[i] for i in batch], [firsts[i] for i in batch], chat.pad_id
            )
            for index, values in zip(batch, logprobs, strict=True):
                chosen[index] = values
        return chosen

    def prompt_tokens(self, messages: Sequence[Message]) -> int:
        """How many tokens a prompt has."""
        return len(self.loaded.chat.prompt_ids(messages))

    def text_tokens(self, text: str) -> int:
        """How many tokens a text has."""
        return len(self.loaded.chat.text_ids(text))

    def reward(self, asks: Sequence[Ask], answers: Sequence[str], check: Check) -> list[float]:
        """Raises ModelError: a language model without a scalar head gives no reward."""
        raise ModelError(f"{self.name} is no reward model; train one first or take one from another run.")

    def _row(self, number: int, ask: Ask, more: int = 0) -> Row:
        """`more` are the positions that are read beyond the answer."""
        prompt = fitting_prompt(self.loaded, number, ask, ask.max_tokens + more)
        return Row(tuple(prompt), ask.max_tokens, ask.temperature, ask.top_p, ask.seed)

    def _completion(self, drawn: Drawn) -> Completion:
        stop: Literal["end", "length"] = "end" if drawn.ended else "length"
        return Completion(self.loaded.chat.text(drawn.ids), len(drawn.ids), drawn.logprob, stop)
