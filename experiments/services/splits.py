"""Which split a row goes to: what it says, else what an earlier version said, else its share of the file."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping

from experiments.models import Dataset, Preparation, Row
from experiments.rows import DatasetRow, RowError, split_of

HELD_OUT = ("probe", "gold")
SMALL = 2000
"""Prompts of a file whose shares may come out empty by chance."""


def earlier_splits(dataset: Dataset) -> dict[str, str]:
    """Prompt hash → split in the newest whole version: a prompt keeps it, so that gold never trains."""
    version = dataset.versions.filter(status=Preparation.READY).order_by("-number").first()
    rows = Row.objects.filter(version=version).values_list("messages", "split")
    return {DatasetRow(prompt=messages).prompt_hash(): split for messages, split in rows.iterator(2000)}


class Splitter:
    """Two passes over a file: `see` every row and `settle`, then `split` each."""

    def __init__(self, shares: Mapping[str, float], seed: int, earlier: Mapping[str, str]) -> None:
        self.shares = shares
        self.seed = seed
        self.earlier = earlier
        self._prompts: dict[str, set[str]] = defaultdict(set)
        self._moved: dict[str, str] = {}

    def see(self, number: int, row: DatasetRow) -> None:
        """One row of the first pass. Raises RowError for a held-out prompt that would become train."""
        prompt = row.prompt_hash()
        before = self.earlier.get(prompt)
        if row.split == "train" and before in HELD_OUT:
            raise RowError(
                number,
                "split",
                f"this prompt was {before} in the version before; keep it so, or import under a new name.",
            )
        split = self.split(row)
        if len(self._prompts[split]) <= SMALL:
            self._prompts[split].add(prompt)

    def settle(self) -> None:
        """Between the passes: in a small file no split with a share stays empty if that can be."""
        for split, share in self.shares.items():
            giver = max(self._prompts, key=lambda name: len(self._prompts[name]))
            if not share or self._prompts[split] or not 1 < len(self._prompts[giver]) <= SMALL:
                continue
            prompt = min(self._prompts[giver], key=lambda prompt: _order(self.seed, prompt))
            self._prompts[giver].remove(prompt)
            self._prompts[split].add(prompt)
            self._moved[prompt] = split

    def split(self, row: DatasetRow) -> str:
        """The split of a row."""
        if row.split:
            return row.split
        prompt = row.prompt_hash()
        return self._moved.get(prompt) or self.earlier.get(prompt) or split_of(prompt, self.shares, self.seed)


def _order(seed: int, prompt: str) -> bytes:
    return hashlib.sha256(f"move:{seed}:{prompt}".encode()).digest()
