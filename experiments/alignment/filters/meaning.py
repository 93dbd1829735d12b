"""Whether an instruction means what a held one means, by the vectors that a model gives them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, cast

from experiments.alignment.errors import ConfigError
from experiments.alignment.filters.screen import Case, Filter, Ruling, alike
from experiments.alignment.ports import Check, EmbeddingPolicy, Round

Vector = tuple[float, ...]
OFF = 1.0
"""The limit at which nothing is compared."""
LEAST_TEXTS = 3
"""Fewer texts have no mean worth looking from: a single one would be its own."""
READER = "policy"
"""The role whose vectors are taken, whoever writes the texts."""


@dataclass(frozen=True)
class SameMeaning:
    """Drops an instruction whose direction is a held one's: their cosine reaches the limit."""

    limit: float
    direction: Callable[[str], Vector]
    name: ClassVar[str] = "same meaning"

    def rule(self, case: Case, held: Sequence[str]) -> Ruling:
        own = self.direction(case.instruction)
        found = [(_dot(own, self.direction(other)), -place) for place, other in enumerate(held)]
        value, place = max(found, default=(0.0, 0))
        return alike(self.name, (value, held[-place]) if value > 0 else (0.0, ""), self.limit)


@dataclass(frozen=True)
class Directions:
    """Texts as unit vectors, seen from the mean of some texts: all vectors of a model share most of their direction.

    A text with no direction of its own has a vector of zeros, which is like nothing.
    """

    policy: EmbeddingPolicy
    origin: Vector
    check: Check
    known: dict[str, Vector] = field(default_factory=dict)

    def __call__(self, text: str) -> Vector:
        if text not in self.known:
            self.known[text] = self._read(text)
        return self.known[text]

    def _read(self, text: str) -> Vector:
        [vector] = self.policy.embed([text], self.check)
        if not any(vector):
            return vector
        seen = tuple(value - shared for value, shared in zip(vector, self.origin, strict=True))
        length = math.hypot(*seen)
        return tuple(value / length for value in seen) if length else seen


def _dot(first: Vector, second: Vector) -> float:
    return sum(a * b for a, b in zip(first, second, strict=True))


def with_reader(role: str, limit: float) -> tuple[str, ...]:
    """The roles of a proposer that writes as `role` and compares meanings with that limit."""
    return (role,) if limit >= OFF else tuple(dict.fromkeys((role, READER)))


def same_meaning(limit: float, at: Round, texts: Sequence[str]) -> tuple[Filter, ...]:
    """The filter with that limit, seen from the mean of `texts`; none where the limit is 1 or the texts are few.

    Raises ConfigError for a model that gives no vectors.
    """
    if limit >= OFF:
        return ()
    policy = at.policy(READER)
    if "embed" not in policy.capabilities:
        raise ConfigError(
            f"The model {policy.name} gives no vectors, so meanings cannot be compared. Set meaning to 1, or take a "
            "local language model.",
            field="meaning",
        )
    if len(texts) < LEAST_TEXTS:
        return ()
    embedding = cast(EmbeddingPolicy, policy)
    vectors = embedding.embed(texts, at.check)
    origin = tuple(math.fsum(values) / len(vectors) for values in zip(*vectors, strict=True))
    return (SameMeaning(limit, Directions(embedding, origin, at.check)),)
