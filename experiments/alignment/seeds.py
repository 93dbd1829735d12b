"""Seeds and orders that derive from position, so that a replay, a resumed run and a sharded run draw the same."""

import hashlib
from collections.abc import Sequence


def seed_at(*position: object) -> int:
    """A 63-bit seed for a position such as (run seed, iteration, phase, stage, prompt id, candidate)."""
    text = "\x1f".join(str(part) for part in position)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def chance(*position: object) -> float:
    """A draw from 0 to 1 for a position."""
    return seed_at(*position) / 2**63


def shuffled(ids: Sequence[str], *position: object) -> list[str]:
    """The ids in an order that depends on the position and on the set of ids alone."""
    return sorted(ids, key=lambda item: (seed_at(*position, item), item))


def digest(parts: Sequence[object]) -> str:
    """SHA-256 of a sequence, order included: two runs that drew the same have the same digest."""
    return hashlib.sha256("\n".join(str(part) for part in parts).encode()).hexdigest()
