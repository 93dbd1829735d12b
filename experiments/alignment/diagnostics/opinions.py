"""Opinion groups among voters, and which statements all of them share, after the method of Polis.

Votes are 1 for, -1 against, 0 passed and None where the voter was not shown the statement. Numpy alone is used: pages
import the catalogue, and a clustering package would cost every web process more memory than all the rest of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vote = int | None
Array = npt.NDArray[np.float64]
MOST_GROUPS = 4
LEAST_VOTERS = 4
"""With fewer voters everybody is one group: two against two is a quarrel, not an opinion group."""
ROUNDS = 50
LEAST_SILHOUETTE = 0.25
"""Below it (weak structure, by Kaufman and Rousseeuw's scale) a division is not believed."""


@dataclass(frozen=True, slots=True)
class Shared:
    """One statement: its group-aware consensus in (0, 1), and for each group the agreement (A + 1) / (N + 2)."""

    consensus: float
    agreement: tuple[float, ...]
    votes_for: int
    votes_against: int
    passed: int


def opinion_groups(votes: Sequence[Sequence[Vote]]) -> list[int]:
    """The group of each voter, numbered by size from 0. `votes` has one row a voter and one column a statement.

    Two principal components of the votes (what was not seen counts as the statement's mean), then k-means with the k
    from 2 to 4 of the highest silhouette; one group where no division is clear.
    """
    if len(votes) < LEAST_VOTERS:
        return [0] * len(votes)
    places = _components(_filled(votes))
    divisions = [_kmeans(places, k) for k in range(2, min(MOST_GROUPS, len(votes) // 2) + 1)]
    best = max(divisions, key=lambda labels: _silhouette(places, labels))
    return _by_size(best) if _silhouette(places, best) >= LEAST_SILHOUETTE else [0] * len(votes)


def shared_statements(votes: Sequence[Sequence[Vote]], groups: Sequence[int]) -> list[Shared]:
    """The group-aware consensus of each statement: the geometric mean over groups of (A_g + 1) / (N_g + 2).

    A_g of a group's N_g voters who saw the statement agree; passes are among those who saw it. Departure: the product
    over groups is turned into a geometric mean, so that statements compare across different numbers of groups.
    """
    columns = list(zip(*votes, strict=True)) if votes else []
    return [_shared(column, groups) for column in columns]


def _shared(column: Sequence[Vote], groups: Sequence[int]) -> Shared:
    agreement = []
    for group in range(max(groups, default=-1) + 1):
        seen = [vote for vote, own in zip(column, groups, strict=True) if own == group and vote is not None]
        agreement.append((seen.count(1) + 1) / (len(seen) + 2))
    consensus = float(np.exp(np.mean(np.log(agreement)))) if agreement else 0.5
    return Shared(consensus, tuple(agreement), column.count(1), column.count(-1), column.count(0))


def _filled(votes: Sequence[Sequence[Vote]]) -> Array:
    table = np.array([[np.nan if vote is None else vote for vote in row] for row in votes], dtype=np.float64)
    seen = ~np.isnan(table)
    means = np.where(seen, table, 0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    return np.asarray(np.where(seen, table, means))


def _components(table: Array) -> Array:
    centred = table - table.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    return np.asarray(left[:, :2] * sizes[:2])


def _kmeans(places: Array, k: int) -> Array:
    """Lloyd's algorithm from the farthest points: no draw, so the same votes always give the same groups."""
    centres = [places[np.argmax(np.linalg.norm(places - places.mean(axis=0), axis=1))]]
    while len(centres) < k:
        centres.append(places[np.argmax(_distances(places, np.array(centres)).min(axis=1))])
    means, labels = np.array(centres), np.zeros(len(places))
    for _ in range(ROUNDS):
        labels = _distances(places, means).argmin(axis=1)
        means = np.array(
            [places[labels == g].mean(axis=0) if (labels == g).any() else means[g] for g in range(k)]
        )
    return np.asarray(labels, dtype=np.float64)


def _distances(places: Array, centres: Array) -> Array:
    return np.asarray(np.linalg.norm(places[:, None, :] - centres[None, :, :], axis=2))


def _silhouette(places: Array, labels: Array) -> float:
    """The mean over voters of (b − a) / max(a, b); −1 where somebody stands alone or all are one group."""
    kinds, counts = np.unique(labels, return_counts=True)
    if len(kinds) < 2 or counts.min() < 2:
        return -1.0
    between = _distances(places, places)
    means = np.array([between[:, labels == kind].sum(axis=1) for kind in kinds]).T
    own = labels[:, None] == kinds[None, :]
    inner = (means / (counts - 1))[own]
    outer = np.where(own, np.inf, means / counts).min(axis=1)
    largest = np.maximum(inner, outer)
    return float(np.mean(np.where(largest > 0, (outer - inner) / np.where(largest > 0, largest, 1), 0.0)))


def _by_size(labels: Array) -> list[int]:
    kinds, counts = np.unique(labels, return_counts=True)
    order = {kind: place for place, (_, kind) in enumerate(sorted(zip(-counts, kinds, strict=True)))}
    return [order[label] for label in labels]
