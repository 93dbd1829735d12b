"""How an import turns a file into tasks: verifier, shares of the splits, columns of the fields."""

import math
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from experiments.alignment.errors import ConfigError
from experiments.alignment.verifiers import check_verifier

SPLITS = ("train", "probe", "gold")
SHARES = {"train": 0.8, "probe": 0.1, "gold": 0.1}


class ImportOptions(BaseModel):
    """`shares` are for rows that name no split; `mapping` is field → column; a seed gives one split."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verifier: str = "none"
    shares: dict[str, float] = SHARES
    seed: int = 0
    mapping: dict[str, str] = {}

    def check(self) -> None:
        """Raises ConfigError, with the field, for a verifier or shares that cannot be."""
        if self.verifier != "none":
            check_verifier(self.verifier)
        if not 0 <= self.seed < 2**31:
            raise ConfigError(f"The seed is {self.seed}; it must be from 0 to {2**31 - 1}.", field="seed")
        for split, share in self.shares.items():
            if split not in SPLITS:
                raise ConfigError(
                    f"There is no split {split!r}; the splits are {', '.join(SPLITS)}.", field="split"
                )
            if not math.isfinite(share) or not 0 <= share <= 1:
                raise ConfigError(
                    f"The share of {split} is {share:g}; it must be from 0 to 1.", field="split"
                )
        total = sum(self.shares.values())
        if abs(total - 1) > 1e-6:
            raise ConfigError(
                f"The shares of the splits add up to {total:g}; they must add up to 1.", field="split"
            )


def read_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """`field=column` pairs as a dict; empty ones are skipped. Raises ConfigError."""
    mapping: dict[str, str] = {}
    for pair in pairs:
        field, equals, column = (part.strip() for part in pair.partition("="))
        if not (field or column):
            continue
        if not (field and equals and column) or field in mapping:
            raise ConfigError(
                f"{pair.strip()[:100]!r} is no pair field=column, or its field stands twice.", field="map"
            )
        mapping[field] = column
    return mapping


def read_shares(text: str) -> dict[str, float]:
    """`train=0.8,probe=0.1,gold=0.1` as a dict. Raises ConfigError."""
    shares: dict[str, float] = {}
    for pair in text.split(","):
        split, _, share = (part.strip() for part in pair.partition("="))
        try:
            shares[split] = float(share)
        except ValueError:
            raise ConfigError(
                f"{pair.strip()[:100]!r} is no share such as train=0.8.", field="split"
            ) from None
    return shares
