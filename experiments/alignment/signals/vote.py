"""Votes: how many samples of a prompt say the same. No answer is looked up."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.foreign import admit_text
from experiments.alignment.ports import Round
from experiments.alignment.seeds import digest
from experiments.alignment.types import Candidate, Capability, Evidence, Group, Signal
from experiments.alignment.verifiers.answers import read_answer

UNREAD = "no answer was found to count"
LONGEST_LABEL = 120
"""Characters that are stored of a signal's label."""
DIGEST = 12


@dataclass(frozen=True)
class Vote:
    """The share of all samples that give a candidate's answer (self-consistency, arXiv 2203.11171).

    Samples without a readable answer are unscored and still count in the share's denominator, so that one readable
    answer among many is no consensus. Raises ConfigError where the data's answers cannot be compared.
    """

    kind: ClassVar[str] = "vote"
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return ()

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """One signal a candidate, in order: its share in (0, 1], its label the answer that was read (`label_of`)."""
        return [_signals(at.verifier, group.candidates) for group in groups]


def _signals(verifier: str, candidates: Sequence[Candidate]) -> tuple[Signal, ...]:
    read = [read_answer(verifier, candidate.text) for candidate in candidates]
    counts = Counter(answer for answer in read if answer is not None)
    if not counts:
        return tuple(_signal(candidate, None, {}, None) for candidate in candidates)
    evidence = Evidence("votes", _histogram(counts, len(candidates)))
    shares = {answer: count / len(candidates) for answer, count in counts.items()}
    return tuple(_signal(c, answer, shares, evidence) for c, answer in zip(candidates, read, strict=True))


def _signal(
    candidate: Candidate, answer: str | None, shares: Mapping[str, float], evidence: Evidence | None
) -> Signal:
    if answer is None:
        return Signal(
            "vote", "samples", (candidate.index,), None, evidence=evidence, parsed=False, error=UNREAD
        )
    return Signal(
        "vote", "samples", (candidate.index,), shares[answer], label=label_of(answer), evidence=evidence
    )


def label_of(answer: str) -> str:
    """An answer as it is kept and compared: whole, or its beginning with a digest of the whole where it is long."""
    text = admit_text(answer)
    if len(text) <= LONGEST_LABEL:
        return text
    return f"{text[: LONGEST_LABEL - DIGEST - 2]}\u2026 {digest([text])[:DIGEST]}"


def _histogram(counts: Counter[str], n: int) -> dict[str, object]:
    """The counts, the winner (the first of equals), its share of all n samples, and the entropy in nats."""
    ((winner, most),) = counts.most_common(1)
    return {
        "counts": {label_of(answer): count for answer, count in counts.most_common()},
        "winner": label_of(winner),
        "share": most / n,
        "entropy": entropy(list(counts.values())),
    }


def entropy(counts: Sequence[int]) -> float:
    """The entropy in nats of a histogram, 0 where all agree."""
    total = sum(counts)
    return sum(-count / total * math.log(count / total) for count in counts if count)
