"""Diversity of answers, from their texts alone. Words are runs of letters and digits in lower case;
where scripts write without spaces, each letter is one.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from experiments.alignment.diagnostics.findings import LEAST_FOR_MEAN, Finding, not_enough
from experiments.alignment.diagnostics.intervals import Z, share
from experiments.alignment.sentences import UNSPACED, repeats

WORD = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+")
OPENING_WORDS = 3


def words(text: str) -> list[str]:
    """The words of a text."""
    return WORD.findall(text.lower())


def distinct_2(texts: Sequence[str]) -> Finding:
    """Different pairs of neighbouring words over all such pairs, across the answers to different prompts.

    The interval is a jackknife over prompts: a bootstrap would draw an answer twice and so lower the share
    itself. Compare it only at equal numbers of prompts: it falls as texts are added.
    """
    pairs = [Counter(pairwise(w)) for w in map(words, texts)]
    pairs = [counted for counted in pairs if counted]
    n = len(pairs)
    if n < LEAST_FOR_MEAN:
        return not_enough(n)
    everywhere = sum(pairs, Counter[tuple[str, str]]())
    total, different = everywhere.total(), len(everywhere)
    only_here = [sum(everywhere[pair] == count for pair, count in own.items()) for own in pairs]
    without = [(different - own) / (total - p.total()) for own, p in zip(only_here, pairs, strict=True)]
    half = Z * float(np.sqrt((n - 1) * np.var(without)))
    value = different / total
    return Finding(value, n, max(0.0, value - half), min(1.0, value + half))


def opening_phrase_share(texts: Sequence[str]) -> Finding:
    """Share of answers that begin with the commonest first three words: the cheapest sign of collapse."""
    openings = [tuple(words(text)[:OPENING_WORDS]) for text in texts]
    openings = [opening for opening in openings if opening]
    if not openings:
        return not_enough(0)
    commonest, _ = Counter(openings).most_common(1)[0]
    return share([float(opening == commonest) for opening in openings])


def degenerate_share(texts: Sequence[str]) -> Finding:
    """Share of answers that say nothing or one thing over and over (`sentences.repeats`): "DONE: DONE".

    A number, a label or any other short answer that is said once is none of them.
    """
    return share([float(repeats(words(text))) for text in texts])
