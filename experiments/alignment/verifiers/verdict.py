"""What a verifier says about one answer."""

from dataclasses import dataclass

from experiments.alignment.types import Evidence


@dataclass(frozen=True, slots=True)
class Verdict:
    """`value` is 1.0 right, 0.0 wrong (an answer that cannot be read is wrong), None when the check could not run.

    `label` is what was read from the answer. `reason` says why in a few words and never quotes the reference,
    so that a verdict about a held-out prompt gives nothing away; the same holds for its `evidence`.
    """

    value: float | None
    label: str
    reason: str
    evidence: Evidence | None = None


def verdict_of(right: bool, label: str, reason: str) -> Verdict:
    """A verdict about an answer that could be read."""
    return Verdict(float(right), label, reason)
