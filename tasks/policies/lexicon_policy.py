"""A weak supervisor that comes with the product: a lexicon of opinion words with rules for negation and emphasis.

Source: VADER, Hutto & Gilbert (2014), ICWSM-14, through the package vaderSentiment (MIT).
"""

import math
from collections.abc import Sequence
from functools import cache

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from experiments.alignment.errors import ConfigError, ModelError
from experiments.alignment.ports import Check
from experiments.alignment.types import Ask, Capability, Completion

SURE = 0.999
"""The most that a label is believed: the compound score never reaches 1 either."""


class LexiconPolicy:
    """Chooses between a word of praise and one of blame by the valence of what the user said last.

    P(the better option) = (1 + compound) / 2, where compound in [−1, 1] is the lexicon's score of the text. A text
    without a known word gets one half.
    """

    name = "lexicon"
    capabilities: frozenset[Capability] = frozenset({"next_token"})

    def choose(
        self, asks: Sequence[Ask], options: Sequence[tuple[str, ...]], check: Check
    ) -> list[tuple[float, ...]]:
        """Raises ConfigError unless the options are two words of which the lexicon likes one better."""
        chosen = []
        for ask, pair in zip(asks, options, strict=True):
            check()
            better = _better(pair)
            p = (1 + SURE * valence(ask.messages[-1].content)) / 2
            chosen.append(tuple(math.log(p if place == better else 1 - p) for place in range(2)))
        return chosen

    def generate(self, asks: Sequence[Ask], check: Check) -> list[Completion]:
        """Raises ModelError: a lexicon writes nothing."""
        raise ModelError("The lexicon only chooses between two labels; choose a model for this role.")

    def score(self, prompt: Sequence[Ask], continuations: Sequence[str], check: Check) -> list[float]:
        """Raises ModelError: a lexicon gives no log-probabilities of texts."""
        raise ModelError("The lexicon gives no log-probabilities of texts; choose a model for this role.")

    def reward(self, asks: Sequence[Ask], answers: Sequence[str], check: Check) -> list[float]:
        """Raises ModelError: a lexicon is no reward model."""
        raise ModelError("The lexicon is no reward model; choose a model for this role.")


def valence(text: str) -> float:
    """The lexicon's compound score of a text, −1 to 1."""
    return float(_analyser().polarity_scores(text)["compound"])


@cache
def _analyser() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()


@cache
def _better(options: tuple[str, ...]) -> int:
    valences = [valence(option) for option in options]
    if len(options) != 2 or valences[0] == valences[1]:
        raise ConfigError(
            f"The lexicon cannot tell the labels {', '.join(options)} apart: it needs two, such as positive and "
            "negative. Choose another weak supervisor.",
            field="weak",
        )
    return valences.index(max(valences))
