"""Which split a row belongs to: a function of its prompt and the seed alone."""

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping

from experiments.alignment.errors import ConfigError
from experiments.rows.errors import RowError
from experiments.rows.model import DatasetRow

SPLITS = ("train", "probe", "gold")
DEFAULT_SHARES = {"train": 0.8, "probe": 0.1, "gold": 0.1}


def assign_splits(
    rows: Iterable[DatasetRow], shares: Mapping[str, float] | None = None, seed: int = 0
) -> Iterator[DatasetRow]:
    """Fill in the split of every row that brings none.

    The prompt's hash decides, so a prompt keeps its split when the data set grows, is reordered or imported anew
    with the same shares and seed, and two rows with one prompt never fall apart. Sizes meet the shares on average.
    A prompt that stands in the file under two splits is an error: gold would leak. Raises ConfigError, RowError.
    """
    checked = check_shares(shares or DEFAULT_SHARES)
    seen: dict[str, str] = {}
    for row in rows:
        prompt = row.prompt_hash()
        split = row.split or split_of(prompt, checked, seed)
        if seen.setdefault(prompt, split) != split:
            both = f"{seen[prompt]} and {split}"
            raise RowError(
                0, "split", f"the prompt of row {row.id[:80]!r} stands in {both}; give its rows one split."
            )
        yield row.model_copy(update={"split": split})


def split_of(prompt_hash: str, shares: Mapping[str, float], seed: int) -> str:
    """The split whose stretch of [0, 1) a hash of seed and prompt falls into, in the order train, probe, gold."""
    digest = hashlib.sha256(f"{seed}:{prompt_hash}".encode()).digest()
    point = int.from_bytes(digest[:8]) / 2**64
    wanted = [name for name in SPLITS if shares.get(name)]
    for name in wanted:
        point -= shares[name]
        if point < 0:
            return name
    return wanted[-1]


def check_shares(shares: Mapping[str, float]) -> dict[str, float]:
    """The shares as given. Raises ConfigError unless they name splits, are from 0 to 1 and sum to 1."""
    unknown = set(shares) - set(SPLITS)
    if unknown:
        raise ConfigError(f"There is no split {min(unknown)!r}; the splits are {', '.join(SPLITS)}.", "split")
    if any(not 0 <= share <= 1 for share in shares.values()) or not math.isclose(
        sum(shares.values()), 1, abs_tol=1e-6
    ):
        raise ConfigError("The shares of the splits must each lie from 0 to 1 and sum to 1.", "split")
    return dict(shares)
