"""A trained classifier as a policy: it chooses, and it answers with what it would choose."""

import math
from collections.abc import Sequence
from pathlib import Path

import torch

from experiments.alignment.errors import ConfigError, ModelError
from experiments.alignment.ports import Check
from experiments.alignment.types import Ask, Capability, Completion
from tasks.policies.features import Features, HiddenStates, WordCounts
from tasks.policies.head import Head, load_head
from tasks.policies.loading import ADAPTER_CONFIG, LoadedModel


class ClassifierPolicy:
    """A linear head on features of the prompt."""

    capabilities: frozenset[Capability] = frozenset({"generate", "next_token"})

    def __init__(self, name: str, head: Head, features: Features) -> None:
        self.name, self.head, self.features = name, head, features

    def choose(
        self, asks: Sequence[Ask], options: Sequence[tuple[str, ...]], check: Check
    ) -> list[tuple[float, ...]]:
        """Log-probabilities over each ask's options, normalised over them.

        Raises ConfigError for an option that the classifier was not trained on.
        """
        places = [self._places(some) for some in options]
        rows = zip(self._all(asks, check), places, strict=True)
        return [tuple(torch.log_softmax(row[place], dim=0).tolist()) for row, place in rows]

    def generate(self, asks: Sequence[Ask], check: Check) -> list[Completion]:
        """The likeliest of the options that it was trained on, whatever the temperature."""
        return [
            Completion(self.head.options[int(row.argmax())], 1, float(row.max()))
            for row in self._all(asks, check)
        ]

    def score(self, prompt: Sequence[Ask], continuations: Sequence[str], check: Check) -> list[float]:
        """The log-probability of an option, −inf for any other text."""
        own = {option: place for place, option in enumerate(self.head.options)}
        return [
            float(row[own[text]]) if text in own else -math.inf
            for row, text in zip(self._all(prompt, check), continuations, strict=True)
        ]

    def reward(self, asks: Sequence[Ask], answers: Sequence[str], check: Check) -> list[float]:
        """Raises ModelError: a classifier gives no reward."""
        raise ModelError(f"{self.name} is a classifier and no reward model; choose another model.")

    def _all(self, asks: Sequence[Ask], check: Check) -> torch.Tensor:
        if not asks:
            return torch.zeros(0, len(self.head.options))
        return self.head.logprobs(self.features.vectors([ask.messages for ask in asks], check))

    def _places(self, options: tuple[str, ...]) -> list[int]:
        unknown = [option for option in options if option not in self.head.options]
        if unknown or not options:
            raise ConfigError(
                f"{self.name} tells {', '.join(self.head.options)} apart, not {', '.join(unknown) or 'nothing'}."
            )
        return [self.head.options.index(option) for option in options]


def classifier_policy(name: str, loaded: LoadedModel, adapters: Sequence[Path]) -> ClassifierPolicy:
    """The policy of a classifier: the last of `adapters` is its directory. Raises ModelError where it is damaged."""
    head = load_head(adapters[-1])
    if head.reads == "words":
        return ClassifierPolicy(name, head, WordCounts(head.vocabulary))
    return ClassifierPolicy(name, head, HiddenStates(loaded, weights_among(adapters), head.depth))


def weights_among(adapters: Sequence[Path]) -> tuple[Path, ...]:
    """The adapters that change the model's weights: a head alone does not."""
    return tuple(path for path in adapters if (path / ADAPTER_CONFIG).is_file())
